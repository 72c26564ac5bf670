import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { BACKENDS } from '../../lib/plan/types.js'
import { PROTECTIONS } from '../../lib/policy/types.js'
import { buildCli, makeScratch, ringfence, type Scratch } from '../support/cli.js'

beforeAll(buildCli, 120_000)

let scratch: Scratch
beforeEach(() => {
  scratch = makeScratch()
})
afterEach(() => scratch.remove())

function explain(args: readonly string[]) {
  return ringfence(['explain', ...args], { cwd: scratch.work })
}

test('text for people: backend, rules, enforcement', async () => {
  mkdirSync(join(scratch.work, '.git'))
  const { code, stdout, stderr } = await explain(['--deny', scratch.outside])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(new RegExp(`^.*(${BACKENDS.join('|')})`, 'm'))
  for (const word of [scratch.work, `${scratch.work}/.git`, scratch.outside, ...PROTECTIONS])
    expect(stdout).toContain(word)
})

test('JSON for programs: the plan as data', async () => {
  const { code, stdout, stderr } = await explain(['--json', '--deny', scratch.outside])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const data = JSON.parse(stdout)
  expect(Object.keys(data)).toEqual(['plan', 'policy', 'probes'])
  expect(data.plan.backend).toBeOneOf([...BACKENDS])
  expect(data.plan.cwd).toBe(scratch.work)
  expect(Object.keys(data.plan.enforcement)).toEqual([...PROTECTIONS])
  expect(stdout).toContain(scratch.outside)
})

test('nothing is run: a command after -- is accepted and left alone', async () => {
  const { code } = await explain(['--', 'sh', '-c', `: > ${join(scratch.work, 'marker')}`])
  expect(code).toBe(0)
  expect(existsSync(join(scratch.work, 'marker'))).toBe(false)
})

test('a policy that the backend cannot enforce: every rule of it, one line of error, 125', async () => {
  for (const name of ['docs', 'more']) mkdirSync(join(scratch.work, name))
  const options = ['--backend', 'landlock', '--read', 'docs', '--read', 'more']
  const { code, stdout, stderr } = await explain(options)
  expect(code).toBe(125)
  expect(stderr).toMatch(/^ringfence: [^\n]*landlock[^\n]*\n$/)
  expect(stdout).toMatch(/^landlock cannot enforce:\n/)
  for (const name of ['docs', 'more']) expect(stdout).toContain(`read ${join(scratch.work, name)}`)

  const json = await explain([...options, '--json'])
  expect(json.code).toBe(125)
  expect(JSON.parse(json.stdout).error).toMatchObject({
    code: 'SANDBOX_POLICY_UNENFORCEABLE',
    unenforceable: expect.arrayContaining([
      { rule: expect.stringContaining('docs'), reason: expect.any(String), enforcedBy: ['namespaces', 'bubblewrap'] },
    ]),
  })
})

test('a malformed policy: one line, 125', async () => {
  writeFileSync(join(scratch.work, 'policy.toml'), '[[')
  const { code, stdout, stderr } = await explain(['--policy', 'policy.toml'])
  expect({ code, stdout }).toEqual({ code: 125, stdout: '' })
  expect(stderr).toMatch(/^ringfence: [^\n]*policy\.toml[^\n]*\n$/)
})
