import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Sandbox } from '../../lib/index.js'
import { describeIsolations } from '../support/backends.js'
import { openWorkspace, plainPolicy, temporaryDirectory } from '../support/sandboxes.js'

describeIsolations(['namespaces', 'bubblewrap', 'landlock'], (backend, isolation) => {
  test('a file in a writable root can be written, and the host sees it', async () => {
    const { sandbox, work } = await openWorkspace(backend, {}, { isolation })
    const result = await sandbox.exec('sh', ['-c', 'echo written > file && mkdir directory && mv file directory/'])
    expect(result).toMatchObject({ exitCode: 0, stderr: '', failed: false })
    expect(readFileSync(join(work, 'directory/file'), 'utf8')).toBe('written\n')
  })

  test('a file outside of the writable roots cannot be written', async () => {
    const { sandbox, work, outside } = await openWorkspace(backend, {}, { isolation })
    const script = 'echo forbidden > "$1"'
    const denied = await sandbox.exec('sh', ['-c', script, 'sh', join(outside, 'file')])
    expect(denied.exitCode).not.toBe(0)
    expect(existsSync(join(outside, 'file'))).toBe(false)
    // Control: the same where it is allowed.
    expect(await sandbox.exec('sh', ['-c', script, 'sh', join(work, 'file')])).toMatchObject({ exitCode: 0 })
    expect(existsSync(join(work, 'file'))).toBe(true)
  })

  test('what no rule lets be read cannot be read', async () => {
    const work = temporaryDirectory()
    const secret = join(temporaryDirectory(), 'secret')
    writeFileSync(secret, 'secret')
    const read = async (filesystem: Record<string, 'read' | 'write'>) => {
      const policy = {
        ...plainPolicy(work),
        filesystem: { ':minimal': 'read', [work]: 'write', ...filesystem } as const,
      }
      await using sandbox = await Sandbox.create({ policy, cwd: work, backend })
      return await sandbox.exec('cat', [secret])
    }
    expect(await read({})).toMatchObject({ exitCode: 1, stdout: '' })
    expect(await read({ [secret]: 'read' })).toMatchObject({ exitCode: 0, stdout: 'secret' })
  })
})

/** With the built-in protected paths, but without the /tmp in which other tests are at work. */
const PROJECT = { extends: 'read-only', filesystem: { ':cwd': 'write' } } as const

describeIsolations(['namespaces', 'bubblewrap'], (backend, isolation) => {
  test('a denied file and a denied directory cannot be read', async () => {
    const outside = temporaryDirectory()
    const secret = join(outside, 'secret')
    const twin = join(outside, 'twin')
    writeFileSync(secret, 'secret')
    writeFileSync(twin, 'twin')
    const { sandbox } = await openWorkspace(backend, { filesystem: { [secret]: 'none' } }, { isolation })
    expect(await sandbox.exec('cat', [secret])).toMatchObject({ exitCode: 1, stdout: '' })
    expect(await sandbox.exec('cat', [twin])).toMatchObject({ exitCode: 0, stdout: 'twin' })
    const { sandbox: other } = await openWorkspace(backend, { filesystem: { [outside]: 'none' } }, { isolation })
    expect(await other.exec('cat', [twin])).toMatchObject({ exitCode: 1, stdout: '' })
    expect(await other.exec('ls', [outside])).toMatchObject({ failed: true, stdout: '' })
  })

  test('a missing protected path cannot be made, and nothing of it is left on the host', async () => {
    const work = temporaryDirectory()
    const sandbox = await Sandbox.create({ policy: PROJECT, cwd: work, backend })
    const result = await sandbox.exec('sh', ['-c', 'mkdir .codex/x; echo {} > .mcp.json; rmdir .codex; mkdir codex'])
    expect(existsSync(join(work, '.codex/x'))).toBe(false)
    expect(result.stderr.split('\n').filter((line) => line !== '')).toHaveLength(3)
    expect(existsSync(join(work, 'codex'))).toBe(true)
    await sandbox.close()
    expect(existsSync(join(work, '.codex'))).toBe(false)
    expect(existsSync(join(work, '.mcp.json'))).toBe(false)
  })

  test('a placeholder of another sandbox is a placeholder for this one too', async () => {
    const work = temporaryDirectory()
    const first = await Sandbox.create({ policy: PROJECT, cwd: work, backend })
    const held = first.spawn('sleep', ['60'])
    await once(held, 'spawn')
    expect(existsSync(join(work, '.codex'))).toBe(true)
    // Made while `.codex` is there: it must not rely on it as on a directory of the user's.
    const second = await Sandbox.create({ policy: PROJECT, cwd: work, backend })
    const child = second.spawn('sh', ['-c', 'read line; mkdir .codex/x'])
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    await once(child, 'spawn')
    await first[Symbol.asyncDispose]()
    expect(existsSync(join(work, '.codex'))).toBe(true)
    child.stdin.end('\n')
    const [code] = await new Promise<[number | null]>((resolve) => child.once('close', (code) => resolve([code])))
    expect(code).toBe(1)
    expect(errors).toMatch(/Read-only/)
    await second.close()
    expect(existsSync(join(work, '.codex'))).toBe(false)
  })
})
