/**
 * Device nodes: disks, kernel memory and log, fuse, kvm, and nodes that the command makes itself (runc CVE-2021-30465
 * class; codex #3141 for the other side of it).
 * Seen failing without: the `dev` step.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { inside, onHost } from './support/probes.js'

const isRoot = process.geteuid?.() === 0
const HARMLESS = [
  'null',
  'zero',
  'full',
  'random',
  'urandom',
  'tty',
  'ptmx',
  'fd',
  'stdin',
  'stdout',
  'stderr',
  'shm',
  'pts',
  'core',
  'console',
  'mqueue',
  'log',
]

/** Devices that the user of this test can open on the host. */
const reachable = readdirSync('/dev').filter((name) => {
  const info = statSync(join('/dev', name), { throwIfNoEntry: false })
  const device = info?.isBlockDevice() || info?.isCharacterDevice()
  return (
    device &&
    !HARMLESS.includes(name) &&
    !/^(tty|vcs|pty|watchdog)/.test(name) &&
    onHost('files', ['stat', join('/dev', name)]) === 'allowed'
  )
})

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('no device of the machine can be opened', async () => {
    const { sandbox } = await openWorkspace(backend)
    for (const name of reachable) {
      // Landlock has no view of its own: a readable root makes devices readable as far as their modes do.
      for (const action of backend === 'landlock' ? ['open-for-writing'] : ['open-for-reading', 'open-for-writing']) {
        const verdict = await inside(sandbox, 'files', [action, join('/dev', name)])
        expect(verdict, `${action} ${name}`).not.toBe('allowed')
      }
    }
    expect(await inside(sandbox, 'files', ['open-for-writing', '/dev/null'])).toBe('allowed')
    expect(await inside(sandbox, 'files', ['read', '/dev/zero'])).toBe('allowed')
  })

  test('a node that the command makes is of no use', async (context) => {
    if (!isRoot) context.skip('only root may make device nodes at all')
    const { sandbox, work, outside } = await openWorkspace(backend)
    expect(await inside(sandbox, 'files', ['mknod', join(work, 'node')])).toBe('denied')
    expect(onHost('files', ['mknod', join(outside, 'node')])).toBe('allowed')
  })

  test('a node that lies in a writable root cannot be opened', async (context) => {
    if (!isRoot) context.skip('only root can put a device node there')
    if (backend === 'landlock') context.skip('Landlock has no nodev: a node in a writable root is a file of it')
    const { sandbox, work } = await openWorkspace(backend)
    execFileSync('mknod', [join(work, 'zero'), 'c', '1', '5'])
    chmodSync(join(work, 'zero'), 0o666)
    expect(onHost('files', ['read', join(work, 'zero')])).toBe('allowed')
    expect(await inside(sandbox, 'files', ['read', join(work, 'zero')])).toBe('denied')
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('/dev has what every program expects, and cannot be changed', async () => {
    const { sandbox } = await openWorkspace(backend)
    const { stdout } = await sandbox.exec('ls', ['-A', '/dev'])
    expect(
      stdout
        .trim()
        .split('\n')
        .filter((name) => !HARMLESS.includes(name)),
    ).toEqual([])
    expect(stdout).not.toContain('mqueue')
    expect(await inside(sandbox, 'files', ['create', '/dev/new'])).toBe('denied')
    expect(await inside(sandbox, 'files', ['mkdir', '/dev/new'])).toBe('denied')
    expect(await inside(sandbox, 'files', ['unlink', '/dev/null'])).toBe('denied')
    expect(existsSync('/dev/new')).toBe(false)
  })
})
