/**
 * A file that a command gets as stdin is opened anew through /proc/self/fd, with more rights than it came with or past
 * the mounts: `ringfence run -- command < file` (of the class of runc CVE-2024-21626).
 * Seen failing without: the Landlock layer.
 */
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { fixture } from './support/probes.js'

async function withStdin(sandbox: Sandbox, fd: number, args: string[]): Promise<number | null> {
  const child = sandbox.spawn(fixture('files'), args, { stdio: [fd, 'ignore', 'ignore'] })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('a file outside of the roots, passed for reading, cannot be opened for writing', async () => {
    const { sandbox, work, outside } = await openWorkspace(backend)
    for (const directory of [work, outside]) writeFileSync(join(directory, 'file'), 'kept')
    for (const name of ['/proc/self/fd/0', '/dev/stdin']) {
      const fd = openSync(join(outside, 'file'), 'r')
      expect(await withStdin(sandbox, fd, ['write', name])).toBe(41)
      expect(await withStdin(sandbox, fd, ['truncate', name])).toBe(41)
      closeSync(fd)
      expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('kept')
      // Control: a file that the command may write.
      const own = openSync(join(work, 'file'), 'r')
      expect(await withStdin(sandbox, own, ['write', name])).toBe(40)
      closeSync(own)
    }
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('the same where the kernel has no Landlock', async () => {
    const { sandbox, outside } = await openWorkspace(backend, {}, { landlock: { maxAbi: 0 } })
    writeFileSync(join(outside, 'file'), 'kept')
    const fd = openSync(join(outside, 'file'), 'r')
    await withStdin(sandbox, fd, ['write', '/proc/self/fd/0']).catch(() => undefined)
    closeSync(fd)
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('kept')
  })

  test('a protected file of a writable root, passed for reading, cannot be opened for writing', async () => {
    const { sandbox, work } = await openWorkspace(backend, {
      protections: { 'protected-paths': 'strict', 'nested-repositories': 'strict' },
    })
    writeFileSync(join(work, '.mcp.json'), 'kept')
    const fd = openSync(join(work, '.mcp.json'), 'r')
    await withStdin(sandbox, fd, ['write', '/proc/self/fd/0']).catch(() => undefined)
    closeSync(fd)
    expect(readFileSync(join(work, '.mcp.json'), 'utf8')).toBe('kept')
  })

  test('a directory passed as stdin is refused, since it would be a way to denied files', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    writeFileSync(join(work, 'file'), 's')
    const directory = openSync(work, 'r')
    await expect(withStdin(sandbox, directory, ['read', '/proc/self/fd/0/file'])).rejects.toMatchObject({
      stage: 'linux.launch.stdio',
      errno: constants.errno.EISDIR,
    })
    closeSync(directory)
    // Control: a file in it.
    const file = openSync(join(work, 'file'), 'r')
    expect(await withStdin(sandbox, file, ['read', '/proc/self/fd/0'])).toBe(40)
    closeSync(file)
  })
})
