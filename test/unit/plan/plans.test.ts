import { describe, expect, it } from 'vitest'
import { explainPlan } from '../../../lib/plan/explain.js'
import type { LinuxFacts } from '../../../lib/plan/types.js'
import type { ResolvedPolicy } from '../../../lib/policy/types.js'
import {
  bubblewrap,
  LINUX_BACKENDS,
  machine,
  planOf,
  policyOf,
  READ_ONLY,
  ROOT_MACHINE,
  rule,
  workspaceWrite,
} from './fixtures.js'
import { expectGolden } from './golden.js'

const PROJECT = '/home/u/project'

/** Name of the golden files to what is planned; each for both backends with a mounted view. */
const CASES: Record<string, { policy: ResolvedPolicy; facts?: Partial<LinuxFacts> }> = {
  'workspace-write': { policy: policyOf(workspaceWrite()) },
  'workspace-write-root': { policy: policyOf(workspaceWrite()), facts: ROOT_MACHINE },
  'read-only': { policy: policyOf(READ_ONLY) },
  'deny-and-reopen': {
    policy: policyOf([
      ...workspaceWrite(),
      rule('/home/u/.ssh', 'none', { from: '~/.ssh' }),
      rule('/home/u/.ssh/known_hosts', 'read', { type: 'file', from: '~/.ssh/known_hosts' }),
      rule(`${PROJECT}/docs`, 'read', { from: './docs' }),
      rule(`${PROJECT}/docs/tmp`, 'write', { from: './docs/tmp' }),
      rule(`${PROJECT}/config/secrets/.env`, 'none', { type: 'file', kind: 'glob', from: '**/.env' }),
      rule(`${PROJECT}/vault`, 'none', { from: './vault' }),
      rule(`${PROJECT}/vault/a/open`, 'write', { from: './vault/a/open' }),
    ]),
  },
  'missing-protected': {
    policy: policyOf([
      ...workspaceWrite(),
      rule(`${PROJECT}/sub/.agents`, 'read', { type: 'missing', from: './sub/.agents' }),
      rule(`${PROJECT}/new`, 'none', { type: 'missing', from: './new/deep/.env' }),
      rule('/opt/secret', 'none', { type: 'missing', from: '/opt/secret' }),
      rule('/home/u/cache', 'write', { type: 'missing', from: '~/cache' }),
    ]),
  },
  'allow-list': {
    policy: policyOf(
      [
        rule('/usr', 'read', { kind: 'minimal', from: ':minimal' }),
        rule('/etc/passwd', 'read', { type: 'file', kind: 'minimal', from: ':minimal' }),
        rule(PROJECT, 'write', { from: ':cwd' }),
        rule(`${PROJECT}/.git`, 'read', { kind: 'protected', from: '.git' }),
        rule('/sys/devices', 'read', { from: '/sys/devices' }),
        rule('/usr/local', 'none', { from: '/usr/local' }),
      ],
      {
        symlinks: [
          { path: '/bin', target: 'usr/bin' },
          { path: '/usr/lib64', target: 'lib' },
          { path: '/dev/fd', target: '/proc/self/fd' },
        ],
      },
    ),
  },
  'writable-root-with-deny': {
    policy: policyOf([
      rule('/', 'write', { from: ':root' }),
      rule('/home/u/.ssh', 'none', { from: '~/.ssh' }),
      rule('/etc/shadow', 'none', { type: 'file' }),
      rule('/srv/data/raw', 'read'),
    ]),
  },
  worktree: {
    policy: policyOf([
      ...workspaceWrite('/home/u/work/tree').filter(({ path }) => !path.endsWith('.git')),
      rule('/home/u/work/tree/.git', 'read', { type: 'file', kind: 'protected', from: '.git' }),
      rule('/home/u/main', 'write', { from: '/home/u/main' }),
      rule('/home/u/main/.git', 'read', { kind: 'protected', from: '.git' }),
      rule('/home/u/main/.git/worktrees/tree', 'write', { from: '/home/u/main/.git/worktrees/tree' }),
      rule('/home/u/main/.git/worktrees/tree/config.worktree', 'read', {
        type: 'file',
        kind: 'protected',
        from: '.git/config',
      }),
    ]),
  },
  'network-unrestricted': { policy: policyOf(workspaceWrite(), { network: 'unrestricted' }) },
  nested: { policy: policyOf(workspaceWrite(), { nested: true }) },
  'no-new-proc': { policy: policyOf(READ_ONLY), facts: { mountsProc: false } },
  'state-in-workspace': { policy: policyOf(workspaceWrite()), facts: { stateDirectory: `${PROJECT}/.x/state` } },
}

for (const [name, { policy, facts }] of Object.entries(CASES)) {
  describe(name, () => {
    for (const backend of ['namespaces', 'bubblewrap'] as const) {
      it(`has the ${backend} plan of the golden file`, () => {
        const plan = planOf(backend, policy, machine(facts))
        expectGolden(`${name}.${backend}`, { plan, explained: explainPlan(plan) })
      })
    }

    it('shows the same view on both backends', () => {
      const [own, system] = [planOf('namespaces', policy, machine(facts)), planOf('bubblewrap', policy, machine(facts))]
      expect(system.mounts).toEqual(own.mounts)
      expect([system.stubs, system.landlock, system.seccomp]).toEqual([own.stubs, own.landlock, own.seccomp])
    })
  })
}

describe('landlock', () => {
  it('has the plan of the golden file for preset read-only', () => {
    const plan = planOf('landlock', policyOf(READ_ONLY))
    expectGolden('read-only.landlock', { plan, explained: explainPlan(plan) })
  })

  it('has the plan of the golden file for preset workspace-write with protections as best effort', () => {
    const plan = planOf('landlock', policyOf(workspaceWrite(), { protections: { 'protected-paths': 'best-effort' } }))
    expectGolden('workspace-write.landlock', { plan, explained: explainPlan(plan) })
  })
})

describe('every planner', () => {
  it('is pure: the same input gives the same plan, and the input stays as it was', () => {
    for (const backend of LINUX_BACKENDS) {
      const policy = policyOf(READ_ONLY, { symlinks: [{ path: '/bin', target: 'usr/bin' }] })
      const facts = machine({ bubblewrap: bubblewrap('0.8.0') })
      const before = JSON.stringify([policy, facts])
      expect(planOf(backend, policy, facts)).toEqual(planOf(backend, policy, facts))
      expect(JSON.stringify([policy, facts])).toBe(before)
    }
  })
})
