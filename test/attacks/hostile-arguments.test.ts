/**
 * Arguments, environments and names made to break whoever passes them on: NUL, newlines, option look-alikes, 2 MiB, bytes
 * that are no text, LD_PRELOAD for the launcher (srt `nul_in_path`, `too_many_arguments`).
 * Not seen failing: NUL is refused by TypeScript and by native code; a static launcher loads no library, bwrap gets
 * no environment.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { fixture } from './support/probes.js'

const { errno } = constants

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('NUL is refused wherever text is given', async () => {
    const { sandbox } = await openWorkspace(backend)
    expect(() => sandbox.spawn('true\0x')).toThrow(TypeError)
    expect(() => sandbox.spawn('true', ['a\0b'])).toThrow(TypeError)
    expect(() => sandbox.spawn('true', { cwd: '/\0' })).toThrow(TypeError)
    expect(() => sandbox.spawn('true', { argv0: 'a\0' })).toThrow(TypeError)
    expect(() => sandbox.spawn('true', { env: { A: 'a\0b' } })).toThrow(TypeError)
    expect(() => sandbox.spawn('true', { env: { 'A\0': 'a' } })).toThrow(TypeError)
    expect(await sandbox.exec('true', ['a'], { env: { A: 'a' } })).toMatchObject({ exitCode: 0 })
  })

  test('arguments arrive as they are', async () => {
    const { sandbox } = await openWorkspace(backend)
    const args = [
      '',
      '--',
      '-c',
      '--seccomp',
      'a\'b"c',
      '$(touch x)',
      'two\nlines',
      '*',
      'ü\u{1f600}',
      '\\',
      'x'.repeat(128 * 1024 - 1),
    ]
    const { stdout } = await sandbox.exec('printf', ['%s\\0', ...args])
    expect(stdout).toBe(args.map((arg) => `${arg}\0`).join(''))
  })

  test('an argument or a list that is too long is an error with its number', async () => {
    const { sandbox } = await openWorkspace(backend)
    const tooLong = { code: 'SANDBOX_EXEC_FAILED', stage: 'posix.exec', errno: errno.E2BIG }
    await expect(sandbox.exec('true', ['x'.repeat(128 * 1024)])).rejects.toMatchObject(tooLong)
    await expect(sandbox.exec('true', Array(30).fill('x'.repeat(100_000)))).rejects.toMatchObject(tooLong)
    await expect(sandbox.exec('true', [], { env: { A: 'x'.repeat(200_000) } })).rejects.toMatchObject(tooLong)
    expect(await sandbox.exec('true', Array(10).fill('x'.repeat(100_000)))).toMatchObject({ exitCode: 0 })
  })

  test('variables with odd names arrive, those for the loader only in the command', async () => {
    const { sandbox } = await openWorkspace(backend, { environment: { inherit: 'none' } })
    const env = { 'A B': '1', É: 'é', N: 'two\nlines', EMPTY: '', LD_BIND_NOW: '1' }
    const { stdout } = await sandbox.exec('env', ['-0'], { env })
    expect(
      stdout
        .split('\0')
        .filter((line) => line !== '')
        .sort(),
    ).toEqual(
      Object.entries(env)
        .map(([name, value]) => `${name}=${value}`)
        .sort(),
    )
  })

  test('a preloaded library does not run in the launcher', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ringfence-preload-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const trace = join(directory, 'loaded')
    const env = { PATH: process.env.PATH, LD_PRELOAD: fixture('preload', 'library'), RINGFENCE_TEST_TRACE: trace }
    const { sandbox, work } = await openWorkspace(backend, { environment: { inherit: 'all' } }, { env })
    await sandbox.exec('true')
    // Not even by the command itself, which may not write there ...
    expect(readdirSync(directory)).toEqual([])
    // ... but where it may, it is the only one.
    const own = { ...env, RINGFENCE_TEST_TRACE: join(work, 'loaded') }
    await sandbox.exec('true', [], { env: own })
    expect(readdirSync(work).filter((name) => name.startsWith('loaded'))).toHaveLength(1)
    execFileSync('true', { env: { ...env } })
    expect(readdirSync(directory)).toHaveLength(1)
  })

  test('file names that are no text can be made, and do not stop the next sandbox', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    const script = 'mkdir -p "$(printf \'d\\377\\n\\033\')" && echo x > "$(printf \'d\\377\\n\\033/f\\001\')"'
    expect(await sandbox.exec('sh', ['-c', script])).toMatchObject({ exitCode: 0 })
    expect(readdirSync(work, { encoding: 'buffer' })).toEqual([Buffer.from([0x64, 0xff, 0x0a, 0x1b])])
    writeFileSync(join(work, 'plain'), '')
    expect(await sandbox.exec('ls')).toMatchObject({ exitCode: 0 })
    const { sandbox: next } = await openWorkspace(backend, { filesystem: { [work]: 'write' } })
    expect(await next.exec('true')).toMatchObject({ exitCode: 0 })
  })
})
