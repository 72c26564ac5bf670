/** Whatever is wrong before the start: one line, exit code 125, and the command was not started. */
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildCli, CLI, makeScratch, ringfence, type Scratch } from '../support/cli.js'

beforeAll(buildCli, 120_000)

let scratch: Scratch
beforeEach(() => {
  scratch = makeScratch()
})
afterEach(() => scratch.remove())

/** A command that leaves a mark if it is started at all, even outside of the fence. */
function markedCommand(): string[] {
  return ['--', 'sh', '-c', 'echo started; : > "$1"', 'sh', join(scratch.work, 'marker')]
}

async function expectRefusal(args: readonly string[], line: RegExp, cwd = scratch.work): Promise<void> {
  const result = await ringfence(['run', ...args, ...markedCommand()], { cwd })
  expect(result.stderr).toMatch(/^ringfence: [^\n]+\n$/)
  expect(result.stderr).toMatch(line)
  expect(result).toMatchObject({ code: 125, signal: null, stdout: '' })
  expect(existsSync(join(scratch.work, 'marker'))).toBe(false)
}

test('the control: without a mistake the command leaves its mark', async () => {
  const result = await ringfence(['run', ...markedCommand()], { cwd: scratch.work })
  expect(result).toMatchObject({ code: 0, stdout: 'started\n' })
  expect(existsSync(join(scratch.work, 'marker'))).toBe(true)
})

test('unknown flag', () => expectRefusal(['--frob'], /unknown option: --frob\./))
test('unknown backend', () => expectRefusal(['--backend', 'docker'], /unknown backend: --backend docker\./))
test('bad number', () => expectRefusal(['--timeout', 'soon'], /bad number: --timeout soon\./))
test('--network proxy', () => expectRefusal(['--network', 'proxy'], /not available yet: --network proxy\./))

test.each([
  ['nothing at all', []],
  ['run without a command', ['run']],
  ['run -- without a command', ['run', '--']],
  ['an unknown command', ['frob']],
  ['the command without --', ['run', 'true']],
])('%s', async (_, args) => {
  const result = await ringfence(args, { cwd: scratch.work })
  expect(result).toMatchObject({ code: 125, stdout: '' })
  expect(result.stderr).toMatch(/^ringfence: [^\n]+\n$/)
})

test('a policy file that does not exist', () =>
  expectRefusal(['--policy', 'missing.toml'], /missing\.toml.*ENOENT|ENOENT.*missing\.toml/))
test('a word that is no preset', () => expectRefusal(['--policy', 'frob'], /frob/))
test('a policy file that is a directory', () => {
  mkdirSync(join(scratch.work, 'policy.toml'))
  return expectRefusal(['--policy', 'policy.toml'], /policy\.toml/)
})

test.skipIf(process.getuid?.() === 0)('a policy file that may not be read (root may read everything)', () => {
  writeFileSync(join(scratch.work, 'policy.toml'), '')
  chmodSync(join(scratch.work, 'policy.toml'), 0)
  return expectRefusal(['--policy', 'policy.toml'], /policy\.toml.*EACCES|EACCES.*policy\.toml/)
})

test.each([
  ['TOML that is not TOML', 'policy.toml', 'extends = \n[', /policy\.toml.*\b1\b/],
  ['JSON that is not JSON', 'policy.json', '{\n  "extends": "read-only",\n}', /policy\.json/],
  ['an unknown field in TOML', 'policy.toml', 'frob = 1\n', /policy\.toml.*frob/],
  ['an unknown field in JSON', 'policy.json', '{"network": {"frob": 1}}', /policy\.json.*frob/],
  ['an unknown access', 'policy.toml', '[filesystem]\n"/x" = "maybe"\n', /policy\.toml.*filesystem/],
  ['an unknown preset', 'policy.json', '{"extends": "all"}', /policy\.json.*extends/],
  ['a bad limit', 'policy.toml', '[limits]\nmemoryBytes = -1\n', /policy\.toml.*memoryBytes/],
  ['a path with NUL in JSON', 'policy.json', '{"filesystem": {"/x\\u0000y": "write"}}', /NUL|\\u0000|null byte/i],
  ['a path with NUL in TOML', 'policy.toml', '[filesystem]\n"/x\\u0000y" = "write"\n', /NUL|\\u0000|null byte/i],
  ['an unknown ending', 'policy.yaml', 'extends: read-only\n', /policy\.yaml/],
])('%s', (_, name, text, line) => {
  writeFileSync(join(scratch.work, name), text)
  return expectRefusal(['--policy', name], line)
})

test('--cwd that does not exist', () => expectRefusal(['--cwd', '/no/such/directory'], /\/no\/such\/directory/))
test('--cwd that is a file', () => {
  writeFileSync(join(scratch.work, 'file'), '')
  return expectRefusal(['--cwd', 'file'], /file.*ENOTDIR|file.*not a directory/)
})

test('the current directory was deleted', async () => {
  const gone = join(scratch.work, 'gone')
  mkdirSync(gone)
  // A shell goes there, removes it and becomes ringfence: no spawn could start in a directory that is gone.
  const { spawnSync } = await import('node:child_process')
  const script = 'cd "$1" && rmdir "$1" && shift && exec "$@"'
  const args = ['-c', script, 'sh', gone, process.execPath, '--', CLI, 'run', ...markedCommand()]
  const result = spawnSync('sh', args, { encoding: 'utf8' })
  expect(result.stderr).toMatch(/^ringfence: [^\n]*current directory[^\n]*\n$/)
  expect(result).toMatchObject({ status: 125, stdout: '' })
  expect(existsSync(join(scratch.work, 'marker'))).toBe(false)

  mkdirSync(gone)
  const given = spawnSync(
    'sh',
    ['-c', script, 'sh', gone, process.execPath, '--', CLI, 'run', '--cwd', scratch.work, ...markedCommand()],
    {
      encoding: 'utf8',
    },
  )
  expect(given, 'with --cwd it does not matter').toMatchObject({ status: 0, stdout: 'started\n' })
})

test('a writable root that is a dangling symbolic link', () => {
  symlinkSync(join(scratch.work, 'nowhere'), join(scratch.work, 'dangling'))
  return expectRefusal(['--write', 'dangling'], /dangling/)
})

test('a writable root that is a file', () => {
  writeFileSync(join(scratch.work, 'file'), '')
  return expectRefusal(['--write', 'file'], /not a directory: --write file\./)
})

test('a writable root that does not exist', () => expectRefusal(['--write', '/no/such/root'], /\/no\/such\/root/))

test('a result file that cannot be written', () =>
  expectRefusal(['--json', '/no/such/directory/out.json'], /--json .*ENOENT/))
test('a result file that is a directory', () => expectRefusal(['--json', '.'], /is a directory: --json \./))

test('a command with NUL in its policy environment', () => {
  writeFileSync(join(scratch.work, 'policy.json'), '{"environment": {"set": {"A": "x\\u0000y"}}}')
  return expectRefusal(['--policy', 'policy.json'], /environment/)
})

test('a policy file below something that is no directory', () =>
  expectRefusal(['--policy', '/dev/null/policy.toml'], /ENOTDIR/))
