import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildCli, makeScratch, ONLY_CWD, ringfence, type Scratch } from '../support/cli.js'

beforeAll(buildCli, 120_000)

let scratch: Scratch
beforeEach(() => {
  scratch = makeScratch()
})
afterEach(() => scratch.remove())

function run(args: readonly string[], input?: string) {
  return ringfence(['run', ...args], { cwd: scratch.work, ...(input !== undefined && { input }) })
}

/** Not about the default policy. */
function runOnlyCwd(args: readonly string[], input?: string) {
  return run([...ONLY_CWD, ...args], input)
}

test('without options: the current directory is writable, the rest is not', async () => {
  const script = 'echo hi > ok; echo no > "$1/nope"'
  const result = await run(['--', 'sh', '-c', script, 'sh', scratch.outside])
  expect(readFileSync(join(scratch.work, 'ok'), 'utf8')).toBe('hi\n')
  expect(existsSync(join(scratch.outside, 'nope'))).toBe(false)
  expect(result.code).not.toBe(0)
  expect(result.stderr).toContain('nope')
  // What others keep in the temporary directories may be worth a warning.
  expect(result.stderr).not.toMatch(/^ringfence: (?!warning: )/m)

  execFileSync('sh', ['-c', script, 'sh', scratch.outside], { cwd: scratch.work })
  expect(existsSync(join(scratch.outside, 'nope')), 'the control wrote it').toBe(true)
})

test('standard input, output and error are those of the caller', async () => {
  const result = await runOnlyCwd(['--', 'sh', '-c', 'cat; echo to stderr >&2'], 'from stdin\n')
  expect(result).toEqual({ code: 0, signal: null, stdout: 'from stdin\n', stderr: 'to stderr\n' })
})

test('an interactive shell works on a pipe', async () => {
  const result = await runOnlyCwd(['--', 'sh', '-i'], 'echo one\necho $((1 + 1))\nexit 7\n')
  expect(result.stdout).toBe('one\n2\n')
  expect(result.code).toBe(7)
})

test('arguments arrive as they are', async () => {
  const odd = ['--', '--policy', '', 'a b', '$HOME', 'ü\n"']
  const result = await runOnlyCwd(['--', process.execPath, '-p', 'JSON.stringify(process.argv.slice(1))', ...odd])
  // Node takes the first -- for itself.
  expect(JSON.parse(result.stdout)).toEqual(odd.slice(1))
})

describe('exit codes', () => {
  test.each([0, 1, 2, 77, 124, 125, 255])('the command ends with %i', async (code) => {
    const result = await runOnlyCwd(['--', 'sh', '-c', `exit ${code}`])
    expect(result).toEqual({ code, signal: null, stdout: '', stderr: '' })
  })

  test.each([
    ['TERM', 143],
    ['KILL', 137],
    ['SEGV', 139],
  ])('the command ends by SIG%s: %i', async (signal, code) => {
    const result = await runOnlyCwd(['--', 'sh', '-c', `kill -${signal} $$`])
    expect(result.code).toBe(code)
  })

  test('a timeout: 124', async () => {
    const start = Date.now()
    const result = await runOnlyCwd(['--timeout', '300', '--', 'sleep', '20'])
    expect(result.code).toBe(124)
    expect(Date.now() - start).toBeLessThan(15_000)
  })

  test('no such program: 127 and one line that names it', async () => {
    const result = await runOnlyCwd(['--env', 'PATH=/usr/bin:/bin', '--', 'no-such-program-here'])
    expect(result.code).toBe(127)
    expect(result.stderr).toMatch(/^ringfence: .*no-such-program-here.*\n$/)
  })

  test.each([
    ['a file without the right to execute', 'plain', 0o644],
    ['a directory', 'directory', 0o755],
  ])('%s: 126', async (_, name, mode) => {
    const path = join(scratch.work, name)
    if (name === 'directory') mkdirSync(path)
    else writeFileSync(path, '#!/bin/sh\n')
    chmodSync(path, mode)
    const result = await runOnlyCwd(['--', `./${name}`])
    expect(result.code).toBe(126)
    expect(result.stderr).toMatch(/^ringfence: .*\n$/)
  })
})

describe('options', () => {
  test('--cwd', async () => {
    const result = await ringfence(['run', ...ONLY_CWD, '--cwd', scratch.work, '--', 'pwd'], { cwd: '/' })
    expect(result.stdout).toBe(`${scratch.work}\n`)
  })

  test('--env sets a variable', async () => {
    const result = await runOnlyCwd(['--env', 'RF_A=1', '--env', 'RF_B=x=y z', '--', 'sh', '-c', 'echo "$RF_A $RF_B"'])
    expect(result.stdout).toBe('1 x=y z\n')
  })

  test('--write opens a directory outside, and only it', async () => {
    const script = 'echo yes > "$1/yes"'
    const opened = await runOnlyCwd(['--write', scratch.outside, '--', 'sh', '-c', script, 'sh', scratch.outside])
    expect(opened.code).toBe(0)
    expect(existsSync(join(scratch.outside, 'yes'))).toBe(true)
    const closed = await runOnlyCwd(['--', 'sh', '-c', 'echo no > "$1/no"', 'sh', scratch.outside])
    expect(closed.code).not.toBe(0)
  })

  test('--read makes a subpath of the current directory read-only; the path is relative to it', async () => {
    mkdirSync(join(scratch.work, 'docs'))
    const command = ['--', 'sh', '-c', 'echo x > docs/file']
    expect((await runOnlyCwd(['--read', 'docs', ...command])).code).not.toBe(0)
    expect(existsSync(join(scratch.work, 'docs/file'))).toBe(false)
    expect((await runOnlyCwd(command)).code, 'the control').toBe(0)
  })

  test('--deny hides a file; the path is relative to --cwd', async () => {
    writeFileSync(join(scratch.work, 'secret'), 'the secret\n')
    const command = [...ONLY_CWD, '--cwd', scratch.work, '--', 'cat', 'secret']
    const denied = await ringfence(['run', '--deny', 'secret', ...command], { cwd: '/' })
    expect(denied.code).not.toBe(0)
    expect(denied.stdout).toBe('')
    expect((await ringfence(['run', ...command], { cwd: '/' })).stdout, 'the control').toBe('the secret\n')
  })

  test('--policy PRESET', async () => {
    const result = await run(['--policy', 'read-only', '--', 'sh', '-c', 'echo x > file'])
    expect(result.code).not.toBe(0)
    expect(existsSync(join(scratch.work, 'file'))).toBe(false)
  })

  test.each([
    ['policy.toml', 'extends = "read-only"\n[filesystem]\n":cwd" = "write"\n"./closed" = "read"\n'],
    ['policy.json', '{ "extends": "read-only", "filesystem": { ":cwd": "write", "./closed": "read" } }'],
  ])('--policy %s: its relative paths start at the file', async (name, text) => {
    for (const directory of ['closed', 'open']) mkdirSync(join(scratch.work, directory))
    writeFileSync(join(scratch.work, name), text)
    const command = ['--cwd', scratch.work, '--policy', join(scratch.work, name), '--', 'sh', '-c']
    const closed = await ringfence(['run', ...command, 'echo x > closed/file'], { cwd: '/' })
    expect(closed.code).not.toBe(0)
    expect(existsSync(join(scratch.work, 'closed/file'))).toBe(false)
    expect((await ringfence(['run', ...command, 'echo x > open/file'], { cwd: '/' })).code, 'the control').toBe(0)
  })

  test('options add to a policy file', async () => {
    writeFileSync(
      join(scratch.work, 'policy.toml'),
      'extends = "read-only"\n[environment.set]\nRF_A = "file"\nRF_B = "file"\n',
    )
    mkdirSync(join(scratch.work, 'out'))
    const options = ['--policy', 'policy.toml', '--write', 'out', '--env', 'RF_B=option']
    const result = await run([...options, '--', 'sh', '-c', 'echo "$RF_A $RF_B" > out/file; echo x > file'])
    expect(readFileSync(join(scratch.work, 'out/file'), 'utf8')).toBe('file option\n')
    expect(existsSync(join(scratch.work, 'file'))).toBe(false)
    expect(result.code).not.toBe(0)
  })

  test('--network unrestricted keeps the network of the host, the default does not', async () => {
    const { createServer } = await import('node:net')
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const connect = `require('net').connect(${port}, '127.0.0.1').on('connect', () => process.exit(40)).on('error', () => process.exit(41))`
    try {
      expect((await runOnlyCwd(['--', process.execPath, '-e', connect])).code).toBe(41)
      expect((await runOnlyCwd(['--network', 'unrestricted', '--', process.execPath, '-e', connect])).code).toBe(40)
    } finally {
      server.close()
    }
  })
})

test('a warning of the policy is a line on stderr, and nothing with --quiet', async () => {
  writeFileSync(join(scratch.work, 'policy.toml'), 'extends = "read-only"\n[filesystem]\n":no-such-token" = "read"\n')
  const loud = await run(['--policy', 'policy.toml', '--', 'true'])
  expect(loud.code).toBe(0)
  expect(loud.stderr).toMatch(/^ringfence: warning: .*:no-such-token.*\n$/)
  const quiet = await run(['--policy', 'policy.toml', '--quiet', '--', 'true'])
  expect(quiet).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
})

test('--version, --help and help', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(await ringfence(['--version'])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' })
  const [overview, topic, option] = await Promise.all([
    ringfence(['--help']),
    ringfence(['help', 'run']),
    ringfence(['run', '--help']),
  ])
  expect(overview.code).toBe(0)
  expect(overview.stdout).toContain('ringfence doctor')
  expect(topic.stdout).toContain('--policy FILE|PRESET')
  expect(option).toEqual(topic)
})
