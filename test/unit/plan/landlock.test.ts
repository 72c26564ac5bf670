import { describe, expect, it } from 'vitest'
import { ABI_LEVELS, FS, HIGHEST_KNOWN_ABI, handledRights, NET, SCOPE } from '../../../lib/plan/landlock-abi.js'
import { LINUX_PLANNERS } from '../../../lib/plan/planners.js'
import type { LandlockPlan } from '../../../lib/plan/types.js'
import { machine, planOf, policyOf, READ_ONLY, refusalOf, rule, workspaceWrite } from './fixtures.js'
import { expectGolden } from './golden.js'

const ABIS = [0, 1, 2, 3, 4, 5, 6, 7]
const BEST_EFFORT = {
  'file-writes': 'best-effort',
  'file-reads': 'best-effort',
  'protected-paths': 'best-effort',
  'nested-repositories': 'best-effort',
  processes: 'best-effort',
} as const

function layerOf(landlockAbi: number): LandlockPlan | null {
  return planOf('namespaces', policyOf(workspaceWrite()), machine({ landlockAbi })).landlock
}

describe('the table of ABI levels', () => {
  it('is in order and complete', () => {
    expect(ABI_LEVELS.map(({ abi }) => abi)).toEqual([1, 2, 3, 4, 5, 6, HIGHEST_KNOWN_ABI])
  })

  it('has the sums that the kernel has: LANDLOCK_MASK_ACCESS_FS and the like of each release', () => {
    expect(ABIS.map((abi) => handledRights(abi))).toEqual([
      { fs: 0, net: 0, scoped: 0 },
      { fs: 0x1fff, net: 0, scoped: 0 },
      { fs: 0x3fff, net: 0, scoped: 0 },
      { fs: 0x7fff, net: 0, scoped: 0 },
      { fs: 0x7fff, net: 3, scoped: 0 },
      { fs: 0xffff, net: 3, scoped: 0 },
      { fs: 0xffff, net: 3, scoped: 3 },
      { fs: 0xffff, net: 3, scoped: 3 },
    ])
  })
})

describe('every ABI', () => {
  it.each(ABIS)('%i: has the plans of the golden file', (landlockAbi) => {
    const facts = machine({ landlockAbi })
    const bestEffort = policyOf(workspaceWrite(), { protections: BEST_EFFORT })
    expectGolden(`landlock-abi-${landlockAbi}`, {
      secondLayer: layerOf(landlockAbi),
      notes: planOf('namespaces', policyOf(READ_ONLY), facts).notes,
      strictReadOnly: LINUX_PLANNERS.landlock(policyOf(READ_ONLY), facts),
      bestEffortWorkspace: LINUX_PLANNERS.landlock(bestEffort, facts),
    })
  })

  it.each(ABIS.slice(1))(
    '%i: never uses a right that this kernel does not know, nor one that it does not handle',
    (abi) => {
      const known = handledRights(abi)
      const bestEffort = policyOf(workspaceWrite(), { protections: BEST_EFFORT })
      const plans = [layerOf(abi), planOf('landlock', bestEffort, machine({ landlockAbi: abi })).landlock]
      for (const plan of plans) {
        if (plan === null) continue
        expect([plan.handledFs & ~known.fs, plan.handledNet & ~known.net, plan.scoped & ~known.scoped]).toEqual([
          0, 0, 0,
        ])
        expect(plan.rules.filter(({ access }) => (access & ~plan.handledFs) !== 0 || access === 0)).toEqual([])
      }
    },
  )

  it('above the highest known is planned as the highest known', () => {
    expect(layerOf(HIGHEST_KNOWN_ABI + 5)).toEqual(layerOf(HIGHEST_KNOWN_ABI))
  })
})

describe('rights', () => {
  const plan = planOf('landlock', policyOf([...READ_ONLY, rule('/w', 'write'), rule('/f', 'write', { type: 'file' })]))
  const access = (path: string) => plan.landlock?.rules.find((candidate) => candidate.path === path)?.access ?? 0

  it('of a writable tree let files be renamed and truncated, and make no device', () => {
    const all = FS.REFER | FS.TRUNCATE | FS.WRITE_FILE | FS.REMOVE_FILE | FS.MAKE_SOCK | FS.MAKE_FIFO
    expect([access('/w') & all, access('/w') & (FS.MAKE_CHAR | FS.MAKE_BLOCK | FS.IOCTL_DEV)]).toEqual([all, 0])
  })

  it('of a file are only those that a file can have', () => {
    expect(access('/f')).toBe(FS.EXECUTE | FS.READ_FILE | FS.WRITE_FILE | FS.TRUNCATE)
  })

  it('of a tree that is read are only reading and executing', () => {
    expect(access('/')).toBe(FS.EXECUTE | FS.READ_FILE | FS.READ_DIR)
  })
})

describe('the second layer', () => {
  const layer = (...[rules, changes]: Parameters<typeof policyOf>) =>
    planOf('namespaces', policyOf(rules, changes)).landlock
  const paths = (plan: LandlockPlan | null) => plan?.rules.filter(({ optional }) => !optional).map(({ path }) => path)

  it('covers what is shown in an empty root, and lets the root itself be listed', () => {
    const plan = layer([rule('/usr', 'read'), rule('/w', 'write'), rule('/w/.git', 'read')])
    expect(paths(plan)).toEqual(['/proc', '/', '/usr', '/w', '/w/.git'])
    expect(plan?.rules.find(({ path }) => path === '/')?.access).toBe(FS.READ_DIR)
  })

  it('leaves the network to the namespace and scopes signals and abstract sockets', () => {
    const plan = layer(READ_ONLY)
    expect([plan?.handledNet, plan?.scoped]).toEqual([0, SCOPE.SIGNAL | SCOPE.ABSTRACT_UNIX_SOCKET])
    expect(layer(READ_ONLY, { network: 'unrestricted' })?.handledNet).toBe(0)
  })

  it('is left out for nested sandboxes, without Landlock, and on ABI 1, each with a note', () => {
    const without = [
      planOf('namespaces', policyOf(READ_ONLY, { nested: true })),
      planOf('namespaces', policyOf(READ_ONLY), machine({ landlockAbi: 0 })),
      planOf('bubblewrap', policyOf(READ_ONLY), machine({ landlockAbi: 1 })),
    ]
    for (const plan of without) {
      expect(plan.landlock).toBeNull()
      expect(plan.notes.filter((note) => note.includes('no Landlock layer'))).toHaveLength(1)
    }
  })

  it('gives ioctls of a device that is opened by name', () => {
    const plan = layer([...READ_ONLY, rule('/dev/dri', 'write')])
    expect((plan?.rules.find(({ path }) => path === '/dev/dri')?.access ?? 0) & FS.IOCTL_DEV).toBe(FS.IOCTL_DEV)
  })
})

describe('the landlock backend', () => {
  it('refuses preset workspace-write, naming each rule and who could enforce it', () => {
    expect(refusalOf('landlock', policyOf(workspaceWrite()))).toEqual(
      ['.claude', '.codex', '.git', '.mcp.json'].map((name) => ({
        rule: `read /home/u/project/${name} (built-in protection "${name}")`,
        reason: 'Landlock cannot keep a part of a writable tree read-only, and protections.protected-paths is "strict"',
        enforcedBy: ['namespaces', 'bubblewrap'],
      })),
    )
  })

  it('refuses denied paths, reopened directories and nested repositories all at once', () => {
    const rules = [
      ...READ_ONLY,
      rule('/w', 'write'),
      rule('/w/secret', 'none'),
      rule('/w/docs', 'read'),
      rule('/w/docs/tmp', 'write'),
      rule('/w/lib/.git/hooks', 'read', { kind: 'repository' }),
      rule('/home/u/.ssh', 'none'),
    ]
    expect(refusalOf('landlock', policyOf(rules)).map(({ rule }) => rule)).toEqual([
      'read /w/docs (from "/w/docs")',
      'deny /w/secret (from "/w/secret")',
      'deny /home/u/.ssh (from "/home/u/.ssh")',
      'read /w/lib/.git/hooks (nested repository, "/w/lib/.git/hooks")',
    ])
  })

  it('accepts a read list, and grants nothing but it and the usual device nodes', () => {
    const plan = planOf('landlock', policyOf([rule('/usr', 'read'), rule('/w', 'write'), rule('/home', 'none')]))
    expect(plan.landlock?.rules.filter(({ optional }) => !optional).map(({ path }) => path)).toEqual(['/usr', '/w'])
    expect(plan.enforcement['file-reads'].level).toBe('full')
  })

  it('accepts a denied path that is missing where the command cannot make it', () => {
    const missing = rule('/opt/secret', 'none', { type: 'missing' })
    expect(() => planOf('landlock', policyOf([...READ_ONLY, missing]))).not.toThrow()
    expect(refusalOf('landlock', policyOf([...READ_ONLY, rule('/opt', 'write'), missing]))).toHaveLength(1)
  })

  it('grants no device node that the policy denies', () => {
    const plan = planOf('landlock', policyOf([rule('/usr', 'read'), rule('/dev/tty', 'none', { type: 'file' })]))
    expect(plan.landlock?.rules.map(({ path }) => path)).not.toContain('/dev/tty')
  })

  it('reports what best effort leaves out, rule count and all', () => {
    const rules = [...workspaceWrite(), rule('/home/u/.ssh', 'none')]
    const plan = planOf('landlock', policyOf(rules, { protections: BEST_EFFORT }))
    expect([plan.enforcement['protected-paths'], plan.enforcement['file-reads']]).toEqual([
      { level: 'none', by: 'Landlock', reason: '4 rules are not in force: Landlock can only add rights to a tree' },
      { level: 'partial', by: 'Landlock', reason: '1 rule is not in force: Landlock can only add rights to a tree' },
    ])
  })

  it('still refuses a denied path in a writable tree while one of the two protections is strict', () => {
    const rules = [...READ_ONLY, rule('/w', 'write'), rule('/w/.env', 'none', { type: 'file' })]
    const changes = { protections: { 'protected-paths': 'best-effort' } } as const
    expect(refusalOf('landlock', policyOf(rules, changes))).toHaveLength(1)
  })

  it.each([1, 2])('refuses strict file-writes on ABI %i, which does not control truncation', (landlockAbi) => {
    const rules = refusalOf('landlock', policyOf(READ_ONLY), machine({ landlockAbi })).map(({ rule }) => rule)
    expect(rules).toContain('protections.file-writes = strict')
  })

  it.each([1, 2, 3, 4, 5])('refuses strict processes on ABI %i, which does not scope signals', (landlockAbi) => {
    const refused = refusalOf('landlock', policyOf(READ_ONLY), machine({ landlockAbi }))
    expect(refused.find(({ rule }) => rule === 'protections.processes = strict')?.enforcedBy).toEqual([
      'namespaces',
      'bubblewrap',
    ])
  })

  it('handles TCP as well where the network mode is none', () => {
    const handled = (network: 'none' | 'unrestricted') => {
      const plan = planOf('landlock', policyOf(READ_ONLY, { network }))
      return [plan.landlock?.handledNet, plan.seccomp.sockets, plan.seccomp.unixSockets]
    }
    expect(handled('none')).toEqual([NET.BIND_TCP | NET.CONNECT_TCP, 'none', 'pairs'])
    expect(handled('unrestricted')).toEqual([0, 'inet', 'pairs'])
  })

  it('refuses nested = true and a kernel without Landlock', () => {
    const refused = refusalOf('landlock', policyOf(READ_ONLY, { nested: true }), machine({ landlockAbi: 0 }))
    expect(refused.map(({ rule }) => rule).slice(0, 2)).toEqual(['backend landlock', 'nested = true'])
  })

  it('refuses to leave its own state in a writable tree, and only notes it in a readable one', () => {
    const policy = policyOf([...READ_ONLY, rule('/w', 'write')], { protections: BEST_EFFORT })
    expect(planOf('landlock', policy).notes[0]).toContain('stays readable')
    const inside = refusalOf('landlock', policy, machine({ stateDirectory: '/w/state' }))
    expect(inside.map(({ rule }) => rule)).toEqual(['deny /w/state (ringfence itself, "state directory")'])
  })
})
