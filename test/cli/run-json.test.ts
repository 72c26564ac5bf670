import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { PROTECTIONS } from '../../lib/policy/types.js'
import { buildCli, makeScratch, ONLY_CWD, ringfence, type Scratch } from '../support/cli.js'

beforeAll(buildCli, 120_000)

let scratch: Scratch
let file: string
beforeEach(() => {
  scratch = makeScratch()
  file = join(scratch.work, 'result.json')
})
afterEach(() => scratch.remove())

async function run(args: readonly string[], policy: readonly string[] = ONLY_CWD) {
  const result = await ringfence(['run', '--json', file, ...policy, ...args], { cwd: scratch.work })
  return { result, json: JSON.parse(readFileSync(file, 'utf8')) }
}

test('an exit code', async () => {
  const { result, json } = await run(['--', 'sh', '-c', 'echo out; exit 3'])
  expect(result).toEqual({ code: 3, signal: null, stdout: 'out\n', stderr: '' })
  expect(json).toMatchObject({ exitCode: 3, signal: null, timedOut: false, backend: expect.any(String), warnings: [] })
  expect(json.durationMs).toBeGreaterThan(0)
  expect(Object.keys(json.enforcement)).toEqual([...PROTECTIONS])
  expect(json.usage.maxRssBytes).toBeGreaterThan(0)
})

test('a signal', async () => {
  const { json } = await run(['--', 'sh', '-c', 'kill -TERM $$'])
  expect(json).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: false })
})

test('a timeout', async () => {
  const { result, json } = await run(['--timeout', '300', '--', 'sleep', '20'])
  expect(result.code).toBe(124)
  expect(json).toMatchObject({ timedOut: true })
})

test('the error of a program that is not there', async () => {
  const { result, json } = await run(['--env', 'PATH=/usr/bin:/bin', '--', 'no-such-program-here'])
  expect(result.code).toBe(127)
  expect(json.error).toMatchObject({
    name: 'SandboxError',
    code: 'SANDBOX_PROGRAM_NOT_FOUND',
    stage: expect.any(String),
    message: expect.any(String),
    errno: 2,
    syscall: expect.any(String),
  })
})

test('the error of a malformed policy', async () => {
  writeFileSync(join(scratch.work, 'policy.toml'), 'frob = 1\n')
  const { result, json } = await run(['--', 'true'], ['--policy', 'policy.toml'])
  expect(result.code).toBe(125)
  expect(json.error).toMatchObject({ name: expect.any(String), message: expect.stringContaining('frob') })
})

test('a warning of the policy, with --quiet too', async () => {
  writeFileSync(join(scratch.work, 'policy.toml'), 'extends = "read-only"\n[filesystem]\n":frob" = "read"\n')
  const { result, json } = await run(['--quiet', '--', 'true'], ['--policy', 'policy.toml'])
  expect(result.stderr).toBe('')
  expect(json.warnings).toEqual([expect.stringContaining(':frob')])
})

test('a mistake on the command line leaves an existing file alone', async () => {
  writeFileSync(file, 'former')
  const result = await ringfence(['run', '--json', file, '--frob', '--', 'true'], { cwd: scratch.work })
  expect(result.code).toBe(125)
  expect(readFileSync(file, 'utf8')).toBe('former')
})

test('nothing else is left beside the file', async () => {
  await run(['--', 'true'])
  expect(readdirSync(scratch.work)).toEqual(['result.json'])
})

test('a command that moves the directory away and puts a link there does not lead the file elsewhere', async () => {
  const own = join(scratch.work, 'own')
  mkdirSync(own)
  const script = 'mv own moved && ln -s "$1" own'
  const args = ['run', '--json', join(own, 'result.json'), ...ONLY_CWD, '--', 'sh', '-c', script, 'sh', scratch.outside]
  const result = await ringfence(args, { cwd: scratch.work })
  expect(result.code).toBe(0)
  expect(readdirSync(scratch.outside)).toEqual([])
  expect(existsSync(join(scratch.work, 'moved/result.json'))).toBe(true)
})
