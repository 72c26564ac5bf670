import { describe, expect, it } from 'vitest'
import { planMounts } from '../../../lib/plan/mounts.js'
import type { LinuxFacts, MountStep } from '../../../lib/plan/types.js'
import { depth, parentOf } from '../../../lib/policy/paths.js'
import type { ResolvedPolicy, ResolvedRule } from '../../../lib/policy/types.js'
import { machine, policyOf, ROOT_MACHINE, refusalOf, rule } from './fixtures.js'

function stepsFor(
  rules: ResolvedRule[],
  changes: Parameters<typeof policyOf>[1] = {},
  facts: Partial<LinuxFacts> = {},
): MountStep[] {
  return mountsFor(policyOf(rules, changes), facts).steps
}

function mountsFor(policy: ResolvedPolicy, facts: Partial<LinuxFacts> = {}) {
  return planMounts(policy.rules, policy, machine(facts))
}

/** `op path`, without the steps that every view starts with. */
function brief(steps: readonly MountStep[]): string[] {
  return steps
    .filter((step) => !/-root$|^dev$|^proc$|^sys-net$/.test(step.op))
    .map((step) => {
      if (!('path' in step)) throw new Error(`step without a path: ${step.op}`)
      if (step.op === 'bind') return `${step.access} ${step.path}`
      return step.op === 'mask' && step.search ? `mask+search ${step.path}` : `${step.op} ${step.path}`
    })
}

const READ = rule('/', 'read')

describe('the root', () => {
  it.each([
    ['readonly-root', [READ]],
    ['writable-root', [rule('/', 'write')]],
    ['empty-root', [rule('/', 'none')]],
    ['empty-root', [rule('/usr', 'read')]],
    ['empty-root', []],
  ])('is %s', (op, rules) => {
    expect(stepsFor(rules)[0]).toEqual({ op })
  })

  it('is followed by the made file systems, then by rules', () => {
    const ops = stepsFor([READ, rule('/tmp', 'write')]).map((step) => step.op)
    expect(ops).toEqual(['readonly-root', 'dev', 'proc', 'sys-net', 'bind'])
  })
})

describe('rules', () => {
  it('need no step where the tree above says the same', () => {
    expect(brief(stepsFor([READ, rule('/w', 'write'), rule('/w/x', 'write'), rule('/usr/.git', 'read')]))).toEqual([
      'write /w',
    ])
  })

  it('come by depth, parents before children, in whatever order they would be pinned', () => {
    const rules = [READ, rule('/w', 'write'), rule('/w/a/b/c', 'read'), rule('/w/z', 'none'), rule('/b', 'write')]
    expect(brief(stepsFor(rules))).toEqual([
      'write /b',
      'write /w',
      'pin /w/a',
      'mask /w/z',
      'pin /w/a/b',
      'read /w/a/b/c',
    ])
  })

  it('open a part of a masked directory, which then can be searched, and only that one', () => {
    const rules = [READ, rule('/a', 'none'), rule('/a/b/c', 'read'), rule('/a/b/c/d', 'none'), rule('/z', 'none')]
    expect(brief(stepsFor(rules))).toEqual(['mask+search /a', 'mask /z', 'read /a/b/c', 'mask /a/b/c/d'])
  })

  it('that deny what is not shown anyway need no step', () => {
    expect(brief(stepsFor([rule('/usr', 'read'), rule('/home', 'none'), rule('/home/u', 'none')]))).toEqual([
      'read /usr',
    ])
  })
})

describe('pins', () => {
  it('are made once, and end at the nearest mount', () => {
    const rules = [READ, rule('/w', 'write'), rule('/w/a/x', 'read'), rule('/w/a/y', 'none'), rule('/w/a/b/z', 'read')]
    expect(brief(stepsFor(rules))).toEqual([
      'write /w',
      'pin /w/a',
      'pin /w/a/b',
      'read /w/a/x',
      'mask /w/a/y',
      'read /w/a/b/z',
    ])
  })

  it('are not needed directly below a writable root, nor above a reopened directory', () => {
    const rules = [READ, rule('/w', 'write'), rule('/w/.git', 'read'), rule('/w/.git/a/b', 'write')]
    expect(brief(stepsFor(rules))).toEqual(['write /w', 'read /w/.git', 'write /w/.git/a/b'])
  })

  it('go up to the root where the root is writable', () => {
    expect(brief(stepsFor([rule('/', 'write'), rule('/a/b/c', 'none')]))).toEqual(['pin /a', 'pin /a/b', 'mask /a/b/c'])
  })

  it('hold a directory whose write rule made no mount', () => {
    const rules = [rule('/', 'write'), rule('/w', 'write'), rule('/w/.git', 'read')]
    expect(brief(stepsFor(rules))).toEqual(['pin /w', 'read /w/.git'])
  })
})

describe('missing paths', () => {
  const missing = (path: string, access: 'read' | 'write' | 'none') => rule(path, access, { type: 'missing' })

  it('are held by stubs in a writable tree, read-only and denied ones alike', () => {
    const plan = mountsFor(policyOf([READ, rule('/w', 'write'), missing('/w/a/.x', 'read'), missing('/w/.y', 'none')]))
    expect(brief(plan.steps)).toEqual(['write /w', 'stub /w/.y', 'pin /w/a', 'stub /w/a/.x'])
    expect(plan.stubs).toEqual(['/w/.y', '/w/a/.x'])
  })

  it('need nothing below a stub, where nothing can be made', () => {
    const rules = [
      READ,
      rule('/w', 'write'),
      missing('/w/n', 'read'),
      missing('/w/n/.x', 'none'),
      missing('/w/n/o', 'write'),
    ]
    const plan = mountsFor(policyOf(rules))
    expect(brief(plan.steps)).toEqual(['write /w', 'stub /w/n'])
    expect(plan.notes).toEqual(['write /w/n/o (from "/w/n/o"): missing, and cannot be made: a protected path is above'])
  })

  it('get a note and no step where the command cannot make them', () => {
    const plan = mountsFor(
      policyOf([READ, missing('/opt/x', 'none'), missing('/opt/w', 'write'), missing('/opt/r', 'read')]),
    )
    expect([brief(plan.steps), plan.notes.length]).toEqual([[], 2])
  })
})

describe('/proc and /dev', () => {
  it('are never bound from the host', () => {
    const rules = [
      rule('/proc', 'write'),
      rule('/proc/self', 'read'),
      rule('/dev', 'write'),
      rule('/dev/null', 'write'),
    ]
    const plan = mountsFor(policyOf(rules))
    expect([brief(plan.steps), plan.notes.length, plan.unenforceable]).toEqual([[], 2, []])
  })

  it('can be hidden as a whole or in part', () => {
    const rules = [
      READ,
      rule('/proc/kcore', 'none', { type: 'file' }),
      rule('/dev/tty', 'none'),
      rule('/dev/shm', 'none'),
    ]
    expect(brief(stepsFor(rules))).toEqual(['mask /dev/shm', 'mask /dev/tty', 'mask /proc/kcore'])
    expect(brief(stepsFor([READ, rule('/proc', 'none')]))).toEqual(['mask /proc'])
  })

  it('have nothing to hide of processes and devices of the host', () => {
    expect(brief(stepsFor([READ, rule('/proc/4711', 'none'), rule('/dev/sda', 'none', { type: 'file' })]))).toEqual([])
  })

  it("hide a process of the host where the host's /proc has to stay", () => {
    const steps = stepsFor([READ, rule('/proc/4711', 'none')], {}, { mountsProc: false })
    expect(brief(steps)).toEqual(['mask /proc/4711'])
  })

  it("show a device or the host's shared memory by name", () => {
    const rules = [READ, rule('/dev/dri', 'write'), rule('/dev/shm', 'write'), rule('/dev/shm/.x', 'read')]
    expect(brief(stepsFor(rules))).toEqual(['write /dev/dri', 'write /dev/shm', 'read /dev/shm/.x'])
  })

  it('refuse what they cannot do', () => {
    const rules = [READ, rule('/proc', 'none'), rule('/proc/sys', 'read'), rule('/dev/ptmx', 'none', { type: 'file' })]
    expect(refusalOf('namespaces', policyOf(rules)).map((refused) => refused.rule)).toEqual([
      'deny /dev/ptmx (from "/dev/ptmx")',
      'read /proc/sys (from "/proc/sys")',
    ])
  })

  it("keep the controls read-only for root, and the host's /proc where no new one can be mounted", () => {
    const proc = (facts: Partial<LinuxFacts>) => stepsFor([READ], {}, facts).find((step) => step.op === 'proc')
    expect(proc({})).toEqual({ op: 'proc', source: 'new', readonlyControls: false })
    expect(proc(ROOT_MACHINE)).toEqual({ op: 'proc', source: 'new', readonlyControls: true })
    expect(proc({ mountsProc: false })).toEqual({ op: 'proc', source: 'host', readonlyControls: false })
  })
})

describe('network interfaces in /sys', () => {
  const positions = (steps: MountStep[]) => steps.flatMap((step, index) => (step.op === 'sys-net' ? [index] : []))

  it("are hidden unless the network is the host's", () => {
    expect(positions(stepsFor([READ]))).toEqual([3])
    expect(positions(stepsFor([READ], { network: 'unrestricted' }))).toEqual([])
  })

  it('are hidden after the last step that brings them in, or not at all', () => {
    expect(positions(stepsFor([rule('/usr', 'read')]))).toEqual([])
    const steps = stepsFor([rule('/sys', 'none'), rule('/sys/class', 'read'), rule('/usr', 'read')])
    expect(positions(steps)).toEqual([steps.findIndex((step) => 'path' in step && step.path === '/sys/class') + 1])
  })
})

describe('symbolic links', () => {
  const symlinks = [
    { path: '/lib', target: 'usr/lib' },
    { path: '/usr/lib64', target: 'lib' },
    { path: '/home/u/code', target: '/srv/code' },
  ]

  it('are made anew in an empty root, but for those inside of a tree that is shown', () => {
    expect(brief(stepsFor([rule('/usr', 'read'), rule('/srv/code', 'write')], { symlinks }))).toEqual([
      'symlink /lib',
      'read /usr',
      'write /srv/code',
      'symlink /home/u/code',
    ])
  })

  it("are there already where the root is the host's", () => {
    expect(brief(stepsFor([READ], { symlinks }))).toEqual([])
  })
})

describe('many rules', () => {
  /** Directories /w/d<i>/sub with a read-only, a denied and a missing path each. */
  function manyRules(count: number): ResolvedRule[] {
    const rules = [READ, rule('/w', 'write')]
    for (let index = 0; rules.length < count; index++) {
      const directory = `/w/d${index}/sub`
      rules.push(rule(`${directory}/.git`, 'read', { kind: 'repository' }))
      rules.push(rule(`${directory}/secret`, 'none', { type: 'file', kind: 'glob' }))
      rules.push(rule(`${directory}/.agents`, 'read', { type: 'missing', kind: 'protected' }))
    }
    return rules
  }

  it('keep the order: each step after every step for a directory above it', () => {
    const steps = stepsFor(manyRules(500)).filter((step) => 'path' in step)
    const seen = new Set<string>()
    for (const step of steps) {
      expect([...seen].some((path) => path.startsWith(`${step.path}/`))).toBe(false)
      seen.add(step.path)
    }
    expect(seen.size).toBe(steps.length)
    expect(steps.map((step) => depth(step.path))).toEqual(steps.map((step) => depth(step.path)).sort((a, b) => a - b))
  })

  it('pin every directory between the root and what is protected', () => {
    const steps = stepsFor(manyRules(500)).filter((step) => 'path' in step)
    const mounted = new Set(['/w', ...steps.map((step) => step.path)])
    const inside = steps.filter((step) => step.path.startsWith('/w/'))
    expect(inside.filter((step) => !mounted.has(parentOf(step.path)))).toEqual([])
    expect(steps.filter((step) => step.op === 'pin')).toHaveLength(2 * Math.ceil(498 / 3))
  })
})
