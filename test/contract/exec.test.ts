import { expect, test } from 'vitest'
import { PROTECTIONS, SandboxError } from '../../lib/index.js'
import { describeIsolations } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

describeIsolations(['namespaces', 'bubblewrap', 'landlock'], (backend, isolation) => {
  test('the result says everything about the command', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const result = await sandbox.exec('sh', ['-c', 'echo out; echo err >&2; exit 3'])
    expect(result).toEqual({
      command: 'sh',
      args: ['-c', 'echo out; echo err >&2; exit 3'],
      exitCode: 3,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
      truncated: { stdout: 0, stderr: 0 },
      timedOut: false,
      isCanceled: false,
      failed: true,
      denials: [],
      enforcement: sandbox.explain().plan.enforcement,
      usage: {
        userUs: expect.any(Number),
        systemUs: expect.any(Number),
        maxRssBytes: expect.any(Number),
        wallUs: expect.any(Number),
      },
      durationMs: expect.any(Number),
    })
    expect(Object.keys(result.enforcement)).toEqual([...PROTECTIONS])
    expect(result.durationMs).toBeGreaterThan(0)
    expect(await sandbox.exec('true')).toMatchObject({ exitCode: 0, failed: false })
  })

  test('of long output the head and the tail are kept', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const script = 'i=1; while [ $i -le 2000 ]; do echo "line $i"; i=$((i+1)); done'
    const whole = (await sandbox.exec('sh', ['-c', script])).stdout
    const { stdout, truncated } = await sandbox.exec('sh', ['-c', script], { maxOutputBytes: 101 })
    expect(truncated).toEqual({ stdout: whole.length - 101, stderr: 0 })
    expect(stdout).toBe(`${whole.slice(0, 51)}\n[... ${whole.length - 101} bytes dropped ...]\n${whole.slice(-50)}`)
    const bytes = await sandbox.exec('sh', ['-c', script], { maxOutputBytes: 101, encoding: 'buffer' })
    expect(bytes.stdout.toString()).toBe(whole.slice(0, 51) + whole.slice(-50))
    expect((await sandbox.exec('sh', ['-c', script], { maxOutputBytes: 0 })).truncated.stdout).toBe(whole.length)
  })

  test('no character is cut in two', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const input = '€'.repeat(100)
    for (const maxOutputBytes of [100, 101, 102, 103]) {
      const { stdout } = await sandbox.exec('cat', { input, maxOutputBytes })
      expect(stdout).toMatch(/^€+\n\[\.\.\. \d+ bytes dropped \.\.\.\]\n€+$/)
    }
  })

  test('input is read by the command; without input there is none', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    expect(await sandbox.exec('cat', { input: 'text' })).toMatchObject({ stdout: 'text' })
    expect(await sandbox.exec('cat', { input: Buffer.from('bytes') })).toMatchObject({ stdout: 'bytes' })
    expect(await sandbox.exec('cat')).toMatchObject({ stdout: '', exitCode: 0 })
  })

  test('a command that does not read its input is no failure', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const input = Buffer.alloc(1_000_000)
    expect(await sandbox.exec('true', { input })).toMatchObject({ exitCode: 0, failed: false })
  })

  test('the output limit of the policy ends the command', async () => {
    const { sandbox } = await openWorkspace(backend, { limits: { outputBytes: 100_000 } }, { isolation })
    const result = await sandbox.exec('cat', ['/dev/zero'])
    expect(result).toMatchObject({
      signal: 'SIGKILL',
      limit: { kind: 'outputBytes', value: 100_000 },
      failed: true,
      timedOut: false,
    })
    expect(result.stdout.length).toBe(100_000)
    expect(await sandbox.exec('echo', ['little'])).toMatchObject({ stdout: 'little\n', exitCode: 0 })
    const unlimited = () => sandbox.spawn('true', { stdio: 'inherit' })
    expect(unlimited).toThrow(SandboxError)
    expect(unlimited).toThrow(expect.objectContaining({ code: 'SANDBOX_POLICY_UNENFORCEABLE', backend }))
  })

  test('many commands at once', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, index) => sandbox.exec('sh', ['-c', `echo ${index}; exit ${index}`])),
    )
    expect(results.map(({ stdout, exitCode }) => [stdout, exitCode])).toEqual(
      results.map((_, index) => [`${index}\n`, index]),
    )
  })

  test.each<[string, unknown, RegExp]>([
    ['stdio', { stdio: 'pipe' }, /options\.stdio/],
    ['a wrong encoding', { encoding: 'latin1' }, /options\.encoding/],
    ['a wrong input', { input: 5 }, /options\.input/],
    ['a negative limit', { maxOutputBytes: -1 }, /options\.maxOutputBytes/],
  ])('%s is a TypeError', async (_, options, message) => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const error = await sandbox.exec('true', [], options as object).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toMatch(message)
  })
})
