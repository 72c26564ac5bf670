/**
 * What a command leaves for those that come after it in the same runner, some of whose processes are there already.
 * Seen failing without: a /dev/shm and a System V name space for each slot, the session of each slot (the share of
 * processor time by /proc/1/autogroup), EndDescendants().
 */
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace, temporaryDirectory } from '../support/sandboxes.js'
import { startNeighbour } from './support/neighbours.js'
import { fixture, inside } from './support/probes.js'

/** More than are kept ready: some were made before the attack, some after. */
const LATER = [1, 2, 3, 4, 5]

const stateOf = async (sandbox: Sandbox, ...args: string[]) =>
  (await sandbox.exec(fixture('session-state'), args)).stdout.split('\n')

/** Mount points with what is there; not their numbers, and not the device of what each command has of its own. */
async function mountsOf(sandbox: Sandbox): Promise<string[]> {
  const { stdout } = await sandbox.exec('cat', ['/proc/self/mountinfo'])
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').slice(3).join(' '))
}

describeBackends(['namespaces'], (backend) => {
  test('limits, priorities, masks, names and everything else that a process hands on', async () => {
    const { sandbox } = await openWorkspace(backend, { environment: { inherit: 'none', set: { SESSION: 'own' } } })
    const before = await stateOf(sandbox)
    expect(before.length).toBeGreaterThan(30)
    const changed = await stateOf(sandbox, 'change')
    // Control: much of it was changed for the command itself, and PID 1 was reached as far as it can be.
    const different = changed.filter((line) => !before.includes(line)).join('\n')
    for (const name of [
      'umask 000',
      'limit 7 ',
      'nice 7',
      'SigBlk',
      'SigIgn',
      'timer slack',
      'cwd /',
      'oom_score_adj',
    ]) {
      expect(different, name).toContain(name)
    }
    for (const _ of LATER) expect(await stateOf(sandbox)).toEqual(before)
  })

  test('a neighbour that runs meanwhile keeps its state as well', async () => {
    const { sandbox } = await openWorkspace(backend)
    const script = `"$1"; read -r line; echo; "$1"`
    const neighbour = sandbox.spawn('sh', ['-c', script, 'sh', fixture('session-state')])
    const chunks: Buffer[] = []
    const closed = new Promise((resolve) => neighbour.once('close', resolve))
    await new Promise<void>((resolve) =>
      neighbour.stdout.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        resolve()
      }),
    )
    expect(await stateOf(sandbox, 'change')).toContain('umask 000')
    neighbour.stdin.end('go\n')
    await closed
    const [before, after] = Buffer.concat(chunks).toString().trim().split('\n\n')
    expect(before).toContain('umask')
    expect(after).toBe(before)
  })

  test('files in what looks like a shared place', async () => {
    const hidden = temporaryDirectory()
    writeFileSync(join(hidden, 'file'), 's')
    const { sandbox } = await openWorkspace(backend, { filesystem: { [hidden]: 'none' } })
    // Control, and the attack: the command itself finds it.
    expect(await sandbox.exec('sh', ['-c', 'echo left > /dev/shm/left; cat /dev/shm/left'])).toMatchObject({
      stdout: 'left\n',
    })
    for (const _ of LATER) expect(await inside(sandbox, 'files', ['read', '/dev/shm/left'])).toBe('not found')
    for (const directory of ['/dev', '/dev/pts', '/proc', '/proc/self', '/sys', '/', '/etc', hidden]) {
      const verdict = await inside(sandbox, 'files', ['create', join(directory, 'left')])
      expect(verdict, directory).toMatch(/^(denied|not found)$/)
    }
    for (const directory of ['/dev', hidden]) {
      const changed = await inside(sandbox, 'files', ['chmod', directory])
      expect(changed, directory).toMatch(/^(denied|not found)$/)
    }
    expect(existsSync(join(hidden, 'left'))).toBe(false)
  })

  test('objects, servers and processes', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    const { key, port, end } = await startNeighbour(sandbox, work)
    expect(await inside(sandbox, 'sockets', ['tcp', '127.0.0.1', port])).toBe('allowed')
    const beats = join(work, 'beats')
    const daemon = `setsid sh -c 'trap "" TERM HUP INT; while :; do echo >> beats; sleep 0.01; done' >/dev/null 2>&1 &
      while ! [ -s beats ]; do sleep 0.01; done`
    expect(await sandbox.exec('sh', ['-c', daemon])).toMatchObject({ exitCode: 0 })
    expect(await end()).toBe(40)
    const { size } = statSync(beats)
    expect(size).toBeGreaterThan(0)
    for (const _ of LATER) {
      expect(await inside(sandbox, 'sweep', ['status'])).toBe('not found')
      for (const kind of ['segment', 'semaphore', 'messages']) {
        expect(await inside(sandbox, 'ipc', [`find-${kind}`, key]), kind).toBe('not found')
      }
    }
    expect(await inside(sandbox, 'sockets', ['tcp', '127.0.0.1', port])).toBe('denied')
    expect(await inside(sandbox, 'sockets', ['connect', 'stream', `@${key}`])).toBe('denied')
    await delay(50)
    expect(statSync(beats).size).toBe(size)
  })

  test('mounts, whatever a command has tried', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    const before = await mountsOf(sandbox)
    const attack = `mount -t tmpfs none "$1"; mount --bind / "$1"; umount -l /proc; umount -l /dev/shm
      mount -o remount,rw /; unshare -m true; unshare -Ur true; chroot / true; rm -rf "$1/x"; mkdir "$1/x"`
    await sandbox.exec('sh', ['-c', attack, 'sh', work])
    for (const _ of LATER) expect(await mountsOf(sandbox)).toEqual(before)
  })
})
