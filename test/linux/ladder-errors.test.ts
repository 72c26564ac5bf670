/** When no backend can do what is asked: an error that says why of each, and nothing is started. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BACKENDS, type BackendName, Sandbox } from '../../lib/index.js'
import { ruleText } from '../../lib/plan/rule-text.js'
import { buildCli, CLI } from '../support/cli.js'
import { carvedPolicyOf, makeTree, plainPolicyOf } from './support/attempts.js'
import { errorOnMachine, onMachine } from './support/machine.js'
import { needBackends } from './support/need.js'
import { type Run, run, runIn } from './support/run.js'
import { MACHINES, weakenProgram } from './support/weaken.js'

const { ENOSYS, EPERM } = constants.errno

beforeAll(buildCli)
beforeEach((context) => needBackends(context, BACKENDS))

const NOTHING: Array<{ machine: string; changes: readonly string[]; reasons: object[] }> = [
  {
    machine: 'Docker on a kernel without Landlock',
    changes: [...MACHINES.docker, ...MACHINES.withoutLandlock],
    reasons: [
      { stage: 'linux.namespace.clone', syscall: 'clone3', errno: EPERM },
      { stage: 'linux.bubblewrap.namespaces' },
      { stage: 'linux.landlock.create-ruleset', syscall: 'landlock_create_ruleset', errno: ENOSYS },
    ],
  },
  {
    machine: 'no memory files',
    changes: MACHINES.withoutMemfd,
    reasons: BACKENDS.map(() => ({ stage: 'linux.launch.request', syscall: 'memfd_create', errno: ENOSYS })),
  },
  {
    machine: 'no close_range()',
    changes: MACHINES.withoutCloseRange,
    reasons: BACKENDS.map(() => ({ stage: 'linux.launch.close-range', syscall: 'close_range', errno: ENOSYS })),
  },
]

describe.each(NOTHING)('$machine', ({ changes, reasons }) => {
  test('an error with every reason, and no command', async () => {
    const tree = makeTree()
    const marker = join(tree.work, 'marker')
    const given = runIn(tree, plainPolicyOf(tree), `echo x > ${marker}`)
    const error = await errorOnMachine({ changes }, run, given)
    expect(error).toMatchObject({ name: 'SandboxError', code: 'SANDBOX_BACKEND_UNAVAILABLE', stage: 'probe' })
    expect(error.cause?.errors).toMatchObject(reasons.map((reason, index) => ({ ...reason, backend: BACKENDS[index] })))
    for (const { message, hint } of error.cause?.errors ?? []) {
      expect(error.message).toContain(message)
      expect(hint).toEqual(expect.any(String))
    }
    expect(existsSync(marker)).toBe(false)

    expect(await onMachine({}, run, given)).toMatchObject({ backend: 'namespaces', exitCode: 0 })
    expect(existsSync(marker)).toBe(true)
  })

  test('ringfence run: one line, 125, and no command', () => {
    const tree = makeTree()
    const marker = join(tree.work, 'marker')
    // Not the default: other tests fill the temporary directory, which that opens, and empty it.
    const policy = ['--policy', 'read-only', '--write', tree.work]
    const ringfence = (...machine: string[]) =>
      spawnSync(weakenProgram(), [...machine, '--', process.execPath, CLI, 'run', ...policy, '--', 'touch', marker], {
        cwd: tree.work,
        encoding: 'utf8',
        env: { ...process.env, RINGFENCE_STATE_DIR: tree.state },
      })
    const refused = ringfence(...changes)
    expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 125, stdout: '' })
    expect(refused.stderr.trim().split('\n')).toHaveLength(1)
    expect(existsSync(marker)).toBe(false)

    expect(ringfence()).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(existsSync(marker)).toBe(true)
  })
})

describe('one backend by name', () => {
  const CASES: Array<[BackendName, readonly string[], object]> = [
    ['namespaces', MACHINES.docker, { stage: 'linux.namespace.clone', syscall: 'clone3', errno: EPERM }],
    ['bubblewrap', MACHINES.docker, { stage: 'linux.bubblewrap.namespaces' }],
    [
      'landlock',
      MACHINES.withoutLandlock,
      { stage: 'linux.landlock.create-ruleset', syscall: 'landlock_create_ruleset', errno: ENOSYS },
    ],
  ]

  test.each(CASES)('%s is not replaced by another', async (backend, changes, reason) => {
    const tree = makeTree()
    const marker = join(tree.work, 'marker')
    const { options, script } = runIn(tree, plainPolicyOf(tree), `echo x > ${marker}`)
    const given: Run = { options: { ...options, backend }, script }
    const error = await errorOnMachine({ changes }, run, given)
    const hint = expect.any(String)
    expect(error).toMatchObject({ code: 'SANDBOX_BACKEND_UNAVAILABLE', backend, hint, ...reason })
    expect(existsSync(marker)).toBe(false)

    expect(await onMachine({}, run, given)).toMatchObject({ backend, exitCode: 0 })
    expect(existsSync(marker)).toBe(true)
  })

  test('the order of the ladder is an option', async () => {
    const tree = makeTree()
    const { options, script } = runIn(tree, plainPolicyOf(tree), 'true')
    const order: BackendName[] = ['landlock', 'bubblewrap', 'namespaces']
    const takes = async (changes: readonly string[]) =>
      (await onMachine({ changes }, run, { options: { ...options, order }, script })).backend
    expect(await takes([])).toBe('landlock')
    expect(await takes(MACHINES.withoutLandlock)).toBe('bubblewrap')
  })
})

describe('a policy that Landlock cannot enforce, where only Landlock can start', () => {
  test('lists every rule and the backends that could', async () => {
    const tree = makeTree()
    const marker = join(tree.work, 'marker')
    const given = runIn(tree, carvedPolicyOf(tree), `echo x > ${marker}`)
    const error = await errorOnMachine({ changes: MACHINES.docker }, run, given)
    expect(error).toMatchObject({
      code: 'SANDBOX_POLICY_UNENFORCEABLE',
      stage: 'plan',
      backend: 'landlock',
      hint: expect.stringMatching(/namespaces could, but cannot start here: a seccomp filter/),
    })
    expect(error.cause?.errors).toMatchObject([
      { backend: 'namespaces', stage: 'linux.namespace.clone', errno: EPERM },
      { backend: 'bubblewrap', stage: 'linux.bubblewrap.namespaces' },
    ])
    expect(existsSync(marker)).toBe(false)

    const sandbox = await Sandbox.create(given.options)
    const { rules } = sandbox.explain().policy
    await sandbox.close()
    const carved = rules.filter(({ path, access }) => path.startsWith(tree.work) && access !== 'write').map(ruleText)
    expect(carved.length).toBeGreaterThan(3)
    expect(error.unenforceable?.map(({ rule }) => rule).sort()).toEqual(carved.sort())
    for (const { reason, enforcedBy } of error.unenforceable ?? []) {
      expect(reason).toContain('Landlock cannot')
      expect(enforcedBy).toEqual(['namespaces', 'bubblewrap'])
    }

    expect(await onMachine({}, run, given)).toMatchObject({ backend: 'namespaces', exitCode: 0 })
    expect(existsSync(marker)).toBe(true)
  })

  test('the default policy is one: it protects .git', async () => {
    const tree = makeTree()
    const given = runIn(tree, 'workspace-write', `echo x > ${tree.work}/marker`)
    const error = await errorOnMachine({ changes: MACHINES.docker }, run, given)
    expect(error.code).toBe('SANDBOX_POLICY_UNENFORCEABLE')
    expect(error.unenforceable?.map(({ rule }) => rule)).toContainEqual(expect.stringContaining(`${tree.work}/.git`))
    expect(existsSync(join(tree.work, 'marker'))).toBe(false)
  })
})
