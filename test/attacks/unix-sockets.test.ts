/**
 * Servers of the host behind unix sockets (ssh-agent, dbus, docker) are as good as running commands outside
 * (codex #39140, srt `allowUnixSockets`, containerd CVE-2020-15257 for abstract names).
 * Seen failing without: kConnect -> notify in the filter (paths), StreamsOnly() (datagrams), Socket() (landlock).
 */
import { once } from 'node:events'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace, temporaryDirectory } from '../support/sandboxes.js'
import { startFixture } from './support/host-processes.js'
import { fixture, inside, onHost } from './support/probes.js'

const MODES = ['none', 'unrestricted'] as const

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each(MODES)('no server of the host can be reached by a path, network %s', async (mode) => {
    const { sandbox, work, outside } = await openWorkspace(backend, { network: { mode } })
    const names = { readable: join(outside, 's'), writable: join(work, 's') }
    for (const type of ['stream', 'seqpacket']) {
      for (const [where, name] of Object.entries(names)) {
        const path = `${name}-${type}`
        await startFixture('unix-server', [type, path])
        const link = join(work, `link-${where}-${type}`)
        symlinkSync(path, link)
        expect(onHost('sockets', ['connect', type, path])).toBe('allowed')
        for (const way of [
          path,
          relative(work, path),
          link,
          `/proc/self/root${path}`,
          `/proc/self/cwd/${relative(work, path)}`,
        ]) {
          expect(await inside(sandbox, 'sockets', ['connect', type, way]), way).toMatch(/^(denied|not found)$/)
        }
      }
    }
  })

  test.each(MODES)('nor one that starts after the command, network %s', async (mode) => {
    const { sandbox, work } = await openWorkspace(backend, { network: { mode } })
    const path = join(work, 'late')
    const child = sandbox.spawn('sh', ['-c', 'read line; "$@"; echo $?', 'sh', ...attempt(path)])
    await once(child, 'spawn')
    await startFixture('unix-server', ['stream', path])
    child.stdin.end('\n')
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    await once(child, 'close')
    expect(output).toBe('41\n')
  })

  test.each(MODES)('no abstract server of the host can be reached, network %s', async (mode) => {
    const { sandbox } = await openWorkspace(backend, { network: { mode } })
    const name = `@ringfence-test-${process.pid}-${backend}-${mode}`
    await startFixture('unix-server', ['stream', name])
    expect(onHost('sockets', ['connect', 'stream', name])).toBe('allowed')
    expect(await inside(sandbox, 'sockets', ['connect', 'stream', name])).toBe('denied')
  })

  test.each(MODES)('no datagram reaches a server of the host, network %s', async (mode) => {
    const { sandbox, work, outside } = await openWorkspace(backend, { network: { mode } })
    for (const name of [join(outside, 'd'), join(work, 'd'), `@ringfence-datagram-${process.pid}-${backend}-${mode}`]) {
      await startFixture('unix-server', ['datagram', name])
      expect(onHost('sockets', ['send', name])).toBe('allowed')
      expect(await inside(sandbox, 'sockets', ['send', name]), name).toBe('denied')
    }
    for (const type of ['2', '3']) expect(await inside(sandbox, 'sockets', ['pair', '1', type, '0'])).toBe('denied')
    expect(await inside(sandbox, 'sockets', ['pair', '1', '1', '0'])).toBe('allowed')
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test.each(MODES)('servers of the same sandbox can be reached, network %s', async (mode) => {
    const { sandbox, work } = await openWorkspace(backend, { network: { mode } })
    for (const type of ['stream', 'seqpacket']) {
      expect(await inside(sandbox, 'sockets', ['serve', type, join(work, `own-${type}`)])).toBe('allowed')
      expect(await inside(sandbox, 'sockets', ['serve', type, `relative-${type}`])).toBe('allowed')
      expect(await inside(sandbox, 'sockets', ['serve', type, `@own-${process.pid}-${type}-${mode}`])).toBe('allowed')
    }
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test.each(MODES)(
    'exchanging an own socket for one of the host during the check gains nothing, network %s',
    async (mode) => {
      const { sandbox, work } = await openWorkspace(backend, { network: { mode } })
      const server = await startFixture('unix-server', ['stream', join(work, 'host')])
      let reached = 0
      server.stdout?.on('data', () => reached++)
      const script =
        '"$1" stream own & sleep 0.1; "$2" own host >/dev/null & for i in $(seq 300); do "$3" connect stream own; [ $? = 40 ] && echo in; done'
      const args = ['-c', script, 'sh', fixture('unix-server'), fixture('swap'), fixture('sockets')]
      const { stdout } = await sandbox.exec('sh', args)
      // Control: the own server was reached when its turn was.
      expect(stdout).toContain('in\n')
      // Nothing was sent to the other. (Where the check has to ask the peer who it is, it connects and hangs up.)
      expect(reached).toBe(0)
    },
  )

  test('connect() does not tell which names exist in a denied directory', async () => {
    const hidden = temporaryDirectory()
    writeFileSync(join(hidden, 'there'), '')
    const before = process.cwd()
    process.chdir(hidden)
    onTestFinished(() => process.chdir(before))
    const { sandbox } = await openWorkspace(backend, { filesystem: { [hidden]: 'none' } })
    for (const way of [hidden, '/proc/self/cwd', '/proc/1/cwd', `/proc/self/root${hidden}`]) {
      const there = await inside(sandbox, 'sockets', ['connect', 'stream', `${way}/there`])
      expect(await inside(sandbox, 'sockets', ['connect', 'stream', `${way}/missing`]), way).toBe(there)
    }
  })
})

function attempt(path: string): string[] {
  return [fixture('sockets'), 'connect', 'stream', path]
}
