/**
 * Paths through /proc that lead around the view of the sandbox: roots, working directories and descriptors of other
 * processes, memory of PID 1 (runc CVE-2019-5736, CVE-2024-21626).
 * Seen failing without: the `proc` step (the host's /proc in place of a new one), `readonly-root`, the `mask`
 * steps.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace, temporaryDirectory } from '../support/sandboxes.js'
import { startVictim } from './support/host-processes.js'
import { inside, onHost } from './support/probes.js'

const WAYS = [
  '/proc/self/root',
  '/proc/thread-self/root',
  '/proc/1/root',
  '/proc/self/cwd/../../../../../..',
  '/proc/1/cwd',
]

/** What the kernel shows only to those who may trace a process. */
const CLOSED = [
  ['read', 'environ'],
  ['read', 'mem'],
  ['open-for-writing', 'mem'],
  ['readlink', 'exe'],
  ['list', 'root'],
  ['list', 'cwd'],
  ['read', 'maps'],
  ['read', 'auxv'],
] as const

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('no way through /proc makes a file outside of the roots writable', async () => {
    const { sandbox, work, outside } = await openWorkspace(backend)
    const file = join(outside, 'file')
    writeFileSync(file, 'kept')
    writeFileSync(join(work, 'file'), '')
    const victim = await startVictim()
    for (const way of [...WAYS, `/proc/${victim.pid}/root`, `/proc/${process.pid}/root`]) {
      expect(await inside(sandbox, 'files', ['write', `${way}${file}`]), way).toMatch(/^(denied|not found)$/)
    }
    expect(readFileSync(file, 'utf8')).toBe('kept')
    // Control: the same detour to what may be written, and outside of the sandbox.
    expect(await inside(sandbox, 'files', ['write', `/proc/self/root${join(work, 'file')}`])).toBe('allowed')
    expect(onHost('files', ['write', `/proc/self/root${file}`])).toBe('allowed')
  })

  test("nothing of the host's processes can be read or entered", async () => {
    const { sandbox } = await openWorkspace(backend)
    const victim = await startVictim()
    for (const pid of [victim.pid, process.pid]) {
      for (const [action, name] of CLOSED) {
        const verdict = await inside(sandbox, 'files', [action, `/proc/${pid}/${name}`])
        expect(verdict, `${action} ${name}`).toMatch(/^(denied|not found)$/)
      }
      expect(onHost('files', ['read', `/proc/${pid}/environ`])).toBe('allowed')
      expect(onHost('files', ['list', `/proc/${pid}/root`])).toBe('allowed')
    }
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('no way through /proc shows a denied file or what is in a denied directory', async () => {
    const secrets = temporaryDirectory()
    mkdirSync(join(secrets, 'hidden'))
    for (const name of ['file', 'hidden/file', 'shown']) writeFileSync(join(secrets, name), 's')
    const { sandbox } = await openWorkspace(backend, {
      filesystem: { [join(secrets, 'file')]: 'none', [join(secrets, 'hidden')]: 'none' },
    })
    const victim = await startVictim()
    for (const way of ['', ...WAYS, `/proc/${victim.pid}/root`, '/proc/self/fd/0/../..']) {
      for (const name of ['file', 'hidden/file']) {
        const verdict = await inside(sandbox, 'files', ['read', `${way}${join(secrets, name)}`])
        expect(verdict, way).toMatch(/^(denied|not found)$/)
      }
    }
    for (const way of ['', '/proc/self/root']) {
      expect(await inside(sandbox, 'files', ['read', `${way}${join(secrets, 'shown')}`]), way).toBe('allowed')
    }
  })

  test('PID 1, which holds more than the command, is closed', async () => {
    const { sandbox } = await openWorkspace(backend)
    for (const [action, name] of CLOSED) {
      expect(await inside(sandbox, 'files', [action, `/proc/1/${name}`]), `${action} ${name}`).toBe('denied')
      // Control: the same of the command itself. Nothing is mapped at the start of its memory.
      expect(await inside(sandbox, 'files', [action, `/proc/self/${name}`]), name).toMatch(
        /^allowed$|Input\/output error$/,
      )
    }
  })
})
