import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accessOf } from '../../../lib/policy/access.js'
import { covers, intersect, merge, type Permissions } from '../../../lib/policy/algebra.js'
import { comparePaths } from '../../../lib/policy/paths.js'
import { resolvePolicy } from '../../../lib/policy/resolve.js'
import { RuleSet } from '../../../lib/policy/rule-set.js'
import type { Access, ResolvedRule } from '../../../lib/policy/types.js'
import { grow, makeSite } from './support.js'

const ORDER: Record<Access, number> = { none: 0, read: 1, write: 2 }
const NAMES = ['a', 'b', 'ab']

const path = fc.array(fc.constantFrom(...NAMES), { maxLength: 3 }).map((names) => `/${names.join('/')}`)
const rule: fc.Arbitrary<ResolvedRule> = fc.record({
  path,
  access: fc.constantFrom<Access>('none', 'read', 'write'),
  type: fc.constantFrom('directory' as const, 'missing' as const),
  origin: fc.constant({ kind: 'user' as const, rule: 'x' }),
})
const limits = fc.record(
  { processes: fc.integer({ min: 1, max: 3 }), wallMs: fc.integer({ min: 1, max: 3 }) },
  { requiredKeys: [] },
)
const network = fc.constantFrom<Permissions['network']>(
  { mode: 'none', allow: [], deny: [] },
  { mode: 'proxy', allow: ['a.org'], deny: [] },
  { mode: 'proxy', allow: ['a.org', '*.b.org'], deny: [] },
  { mode: 'unrestricted', allow: [], deny: [] },
)
const permissions: fc.Arbitrary<Permissions> = fc.record({
  rules: fc.array(rule, { maxLength: 8 }).map((rules) => RuleSet.of(rules).effective()),
  symlinks: fc.array(
    path.map((link) => ({ path: link, target: 'x' })),
    { maxLength: 2 },
  ),
  network,
  nested: fc.boolean(),
  limits,
})
const unlimited = permissions.map((value) => ({ ...value, limits: {} }))

/** Every path that rules can differ at, and one below each. */
const PATHS: string[] = ['/']
for (let at = 0; at < PATHS.length; at++) {
  const parent = PATHS[at] as string
  if (parent.split('/').length <= 5) PATHS.push(...NAMES.map((name) => join(parent, name)))
}

function same(one: Permissions, other: Permissions): void {
  for (const at of PATHS) expect(accessOf(one, at)).toBe(accessOf(other, at))
  expect(covers(one, other) && covers(other, one)).toBe(true)
}

function check(arbitraries: number, law: (...policies: Permissions[]) => void, of = permissions): void {
  const tuple = fc.tuple(...Array.from({ length: arbitraries }, () => of))
  fc.assert(fc.property(tuple, (policies) => law(...(policies as Permissions[]))))
}

describe.each([
  ['merge', merge, Math.max],
  ['intersect', intersect, Math.min],
] as const)('%s', (_, operation, choose) => {
  test('is what its name says at every path', () => {
    check(2, (one, other) => {
      const result = operation(one as Permissions, other as Permissions)
      for (const at of PATHS) {
        const expected = choose(ORDER[accessOf(one as Permissions, at)], ORDER[accessOf(other as Permissions, at)])
        expect(ORDER[accessOf(result, at)]).toBe(expected)
      }
    })
  })

  test('is commutative, associative and idempotent', () => {
    check(3, (...policies) => {
      const [one, other, third] = policies as [Permissions, Permissions, Permissions]
      same(operation(one, other), operation(other, one))
      same(operation(operation(one, other), third), operation(one, operation(other, third)))
      same(operation(one, one), one)
    })
  })

  test('gives rules as a resolved policy has them: sorted, one a path, none without effect', () => {
    check(2, (one, other) => {
      const { rules } = operation(one as Permissions, other as Permissions)
      expect(rules).toEqual(rules.toSorted((left, right) => comparePaths(left.path, right.path)))
      expect(RuleSet.of(rules).effective()).toEqual(rules)
    })
  })

  test('keeps the other fields of its first argument', async () => {
    const site = makeSite()
    const base = await resolvePolicy('read-only', site.context)
    const result = operation(base, await resolvePolicy('workspace-write', site.context))
    expect(result).toMatchObject({ cwd: base.cwd, environment: base.environment, protections: base.protections })
  })
})

describe('laws', () => {
  test('covers is reflexive and transitive, and says what holds at every path', () => {
    check(3, (...policies) => {
      const [one, other, third] = policies as [Permissions, Permissions, Permissions]
      expect(covers(one, one)).toBe(true)
      // Built so that the premise holds often.
      const [low, high] = [intersect(intersect(one, other), third), merge(one, { ...other, limits: one.limits })]
      expect(covers(one, low)).toBe(true)
      if (covers(high, one)) expect(covers(high, low)).toBe(true)
      if (covers(one, other)) {
        for (const at of PATHS) expect(ORDER[accessOf(one, at)]).toBeGreaterThanOrEqual(ORDER[accessOf(other, at)])
        if (covers(other, third)) expect(covers(one, third)).toBe(true)
      }
    })
  })

  test('covers is exact on paths', () => {
    check(2, (...policies) => {
      const [one, other] = policies as [Permissions, Permissions]
      const bare = { network: one.network, nested: true, limits: {} }
      const everywhere = PATHS.every((at) => ORDER[accessOf(one, at)] >= ORDER[accessOf(other, at)])
      expect(covers({ ...one, ...bare }, { ...other, ...bare })).toBe(everywhere)
    })
  })

  test('a merge covers both, limits aside; both cover an intersection', () => {
    check(
      2,
      (...policies) => {
        const [one, other] = policies as [Permissions, Permissions]
        const either = merge(one, other)
        expect(covers(either, one) && covers(either, other)).toBe(true)
      },
      unlimited,
    )
    check(2, (...policies) => {
      const [one, other] = policies as [Permissions, Permissions]
      const both = intersect(one, other)
      expect(covers(one, both) && covers(other, both)).toBe(true)
    })
  })

  test('absorption: the two are one lattice', () => {
    check(
      2,
      (...policies) => {
        const [one, other] = policies as [Permissions, Permissions]
        same(merge(one, intersect(one, other)), one)
        same(intersect(one, merge(one, other)), one)
      },
      unlimited,
    )
  })
})

test('limits: merge keeps what one side states and takes the higher of two; intersect the lower', () => {
  const bare: Permissions = {
    rules: [],
    symlinks: [],
    network: { mode: 'none', allow: [], deny: [] },
    nested: false,
    limits: {},
  }
  const one = { ...bare, limits: { processes: 5, wallMs: 10 } }
  const other = { ...bare, limits: { processes: 7, memoryBytes: 3 } }
  expect(merge(one, other).limits).toEqual({ processes: 7, wallMs: 10, memoryBytes: 3 })
  expect(intersect(one, other).limits).toEqual({ processes: 5, wallMs: 10, memoryBytes: 3 })
  expect(covers(one, bare)).toBe(false)
  expect(covers(bare, one)).toBe(true)
  expect(covers(other, { ...bare, limits: { processes: 7, memoryBytes: 2 } })).toBe(true)
  expect(covers(other, { ...bare, limits: { processes: 8, memoryBytes: 2 } })).toBe(false)
})

test('on real policies: one more permission for one command, and what it is not', async () => {
  const site = makeSite({ 'home/.ssh/': '', 'cache/': '' })
  grow(site.ws, { '.git/HEAD': '', '.git/objects/': '', '.git/refs/': '', '.git/config': '' })
  const base = await resolvePolicy({ extends: 'workspace-write', filesystem: { '~/.ssh': 'none' } }, site.context)
  const extra = await resolvePolicy({ filesystem: { '../cache': 'write', './.git': 'write' } }, site.context)
  expect(covers(base, extra)).toBe(false)
  const merged = merge(base, extra)
  expect(covers(merged, extra) && covers(merged, base)).toBe(true)
  const accesses = [
    'cache/x',
    'ws/.git/index',
    'ws/.git/config',
    'ws/.git/hooks',
    'home/.ssh',
    'ws/.codex',
    'home',
  ].map((at) => accessOf(merged, join(site.top, at)))
  expect(accesses).toEqual(['write', 'write', 'read', 'read', 'none', 'read', 'read'])
  expect(covers(base, intersect(merged, base))).toBe(true)
})

test('links that the other side shows are not made anew', () => {
  const { rules: _, ...bare }: Permissions = {
    rules: [],
    symlinks: [{ path: '/lib', target: 'usr/lib' }],
    network: { mode: 'none', allow: [], deny: [] },
    nested: false,
    limits: {},
  }
  const origin = { kind: 'user' as const, rule: 'x' }
  const root: ResolvedRule = { path: '/', access: 'read', type: 'directory', origin }
  const usr: ResolvedRule = { ...root, path: '/usr' }
  expect(merge({ ...bare, rules: [usr] }, { ...bare, rules: [usr] }).symlinks).toEqual(bare.symlinks)
  expect(merge({ ...bare, rules: [usr] }, { ...bare, symlinks: [], rules: [root] }).symlinks).toEqual([])
  expect(intersect({ ...bare, symlinks: [], rules: [root] }, { ...bare, rules: [usr] }).symlinks).toEqual(bare.symlinks)
})

test('1,000 rules against 1,000 rules take well under a second', () => {
  const origin = { kind: 'user' as const, rule: 'x' }
  const many = (offset: number): Permissions => ({
    rules: Array.from({ length: 1_000 }, (_, index) => ({
      path: `/${index % 10}/${(index + offset) % 97}/${index}`,
      access: 'read' as const,
      type: 'directory' as const,
      origin,
    })).sort((left, right) => comparePaths(left.path, right.path)),
    symlinks: [],
    network: { mode: 'none', allow: [], deny: [] },
    nested: false,
    limits: {},
  })
  const before = performance.now()
  expect(covers(merge(many(0), many(1)), many(1))).toBe(true)
  expect(performance.now() - before).toBeLessThan(500)
})
