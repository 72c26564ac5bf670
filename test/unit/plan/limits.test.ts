import { describe, expect, it } from 'vitest'
import { explainPlan } from '../../../lib/plan/explain.js'
import type { LinuxFacts } from '../../../lib/plan/types.js'
import { LINUX_BACKENDS, machine, planOf, policyOf, READ_ONLY, ROOT_MACHINE, refusalOf } from './fixtures.js'
import { expectGolden } from './golden.js'

const LIMITS = {
  outputBytes: 7,
  fileSizeBytes: 6,
  openFiles: 5,
  wallMs: 4,
  cpuSeconds: 3,
  processes: 2,
  memoryBytes: 1_000_000,
}

const { processes: _, ...WITHOUT_PROCESSES } = LIMITS

/** Before Linux 6.14. */
const OLDER: Partial<LinuxFacts> = { limitsPidNamespaces: false }

describe.each(LINUX_BACKENDS)('%s', (backend) => {
  it('has the limits of the golden file, in an order of their own', () => {
    const limits = backend === 'landlock' ? WITHOUT_PROCESSES : LIMITS
    const plan = planOf(backend, policyOf(READ_ONLY, { limits }))
    expectGolden(`limits.${backend}`, {
      limits: plan.limits,
      explained: explainPlan(plan).filter((line) => /^ {2}[a-zA-Z]+: \d/.test(line)),
    })
  })

  it('plans no limit that the policy does not have', () => {
    const plan = planOf(backend, policyOf(READ_ONLY))
    expect(plan.limits).toEqual([])
    expect(explainPlan(plan)).not.toContain('limits:')
  })
})

/** How many processes there are is held by, or who else could. */
const HELD_BY = {
  'namespaces, Linux 6.14': ['namespaces', {}, 'pid-max'],
  'namespaces, Linux 6.14, root': ['namespaces', ROOT_MACHINE, 'pid-max'],
  'namespaces, before': ['namespaces', OLDER, 'rlimit'],
  'namespaces, before, root': ['namespaces', { ...ROOT_MACHINE, ...OLDER }, []],
  'namespaces, Linux 6.14, masked /proc': ['namespaces', { mountsProc: false }, 'rlimit'],
  'namespaces, Linux 6.14, masked /proc, root': ['namespaces', { ...ROOT_MACHINE, mountsProc: false }, []],
  'bubblewrap, Linux 6.14': ['bubblewrap', {}, 'rlimit'],
  'bubblewrap, Linux 6.14, root': ['bubblewrap', ROOT_MACHINE, ['namespaces']],
  landlock: ['landlock', {}, ['namespaces', 'bubblewrap']],
  'landlock, before, root': ['landlock', { ...ROOT_MACHINE, ...OLDER }, []],
} as const

it.each(Object.entries(HELD_BY))('processes: %s', (_name, [backend, facts, expected]) => {
  const policy = policyOf(READ_ONLY, { limits: { processes: 9 } })
  if (typeof expected === 'string') {
    expect(planOf(backend, policy, machine(facts)).limits).toMatchObject([
      { kind: 'processes', value: 9, mechanism: expected, exact: true },
    ])
  } else {
    expect(refusalOf(backend, policy, machine(facts))).toMatchObject([
      { rule: 'limits.processes', enforcedBy: expected },
    ])
  }
})

it('memory: says what it leaves out more where the command can mount', () => {
  const noteOf = (nested: boolean) =>
    planOf('namespaces', policyOf(READ_ONLY, { nested, limits: { memoryBytes: 1 } })).limits[0]?.note
  expect(noteOf(true)).toContain('file systems that the command mounts')
  expect(noteOf(false)).not.toContain('mounts')
})

it('memory: shared memory of bubblewrap has the size of the limit where its version can', () => {
  const argsOf = (limits: object) =>
    planOf('bubblewrap', policyOf(READ_ONLY, { limits })).bubblewrap?.args.join(' ') ?? ''
  expect(argsOf({ memoryBytes: 5_000_000 })).toContain('--size 5000000 --tmpfs /dev/shm')
  expect(argsOf({})).not.toContain('--size')
})
