import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planMounts } from '../../../lib/plan/mounts.js'
import { ancestorsAndSelf } from '../../../lib/policy/paths.js'
import type { Access, ResolvedRule } from '../../../lib/policy/types.js'
import { machine, policyOf, rule } from './fixtures.js'
import { accessByRules, replay } from './view-model.js'

/** Every path of up to four components out of two names, so that rules meet often. */
const UNIVERSE: string[] = ['/']
for (let at = 0; at < UNIVERSE.length; at++) {
  const path = UNIVERSE[at] as string
  if (path.split('/').length > (path === '/' ? 5 : 4)) continue
  for (const name of ['a', 'b']) UNIVERSE.push(path === '/' ? `/${name}` : `${path}/${name}`)
}

interface Situation {
  rules: ResolvedRule[]
  exists: (path: string) => boolean
}

const situations: fc.Arbitrary<Situation> = fc
  .record({
    rules: fc.uniqueArray(fc.record({ path: fc.constantFrom(...UNIVERSE), access: accesses() }), {
      selector: ({ path }) => path,
      maxLength: 9,
    }),
    removed: fc.uniqueArray(fc.constantFrom(...UNIVERSE.slice(1)), { maxLength: 4 }),
  })
  .map(({ rules, removed }) => {
    const exists = (path: string) => ![...ancestorsAndSelf(path)].some((ancestor) => removed.includes(ancestor))
    const resolved = new Map<string, ResolvedRule>()
    for (const { path, access } of rules) {
      // As resolution does it: what may not be made is held at the first place where it could be.
      const held = access === 'write' ? path : ([...ancestorsAndSelf(path)].findLast((at) => !exists(at)) ?? path)
      resolved.set(held, rule(held, access, { type: exists(path) ? 'directory' : 'missing' }))
    }
    return { rules: policyOf([...resolved.values()]).rules, exists }
  })

function accesses(): fc.Arbitrary<Access> {
  return fc.constantFrom('read', 'write', 'none')
}

function planned({ rules, exists }: Situation) {
  const plan = planMounts(rules, policyOf(rules), machine())
  return { plan, view: replay(plan.steps, exists) }
}

const RUNS = { numRuns: 3_000 }

describe('mount steps of any rules', () => {
  it('give every existing path the access of its most specific rule', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { view } = planned(situation)
        const existing = UNIVERSE.filter(situation.exists)
        expect(existing.map((path) => [path, view.access(path)])).toEqual(
          existing.map((path) => [path, accessByRules(situation.rules, path)]),
        )
      }),
      RUNS,
    )
  })

  it('let nothing be made at a missing path that may not be written', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { view } = planned(situation)
        const missing = UNIVERSE.filter((path) => !situation.exists(path))
        const open = missing.filter((path) => view.access(path) === 'write')
        expect(open.filter((path) => accessByRules(situation.rules, path) !== 'write')).toEqual([])
      }),
      RUNS,
    )
  })

  it('let no directory above a held path be renamed or removed', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { view, plan } = planned(situation)
        const held = plan.steps.filter((step) => step.op === 'bind' || step.op === 'mask' || step.op === 'stub')
        const movable = held.flatMap((step) =>
          [...ancestorsAndSelf(step.path)].filter(
            (path) => view.access(parentOrRoot(path)) === 'write' && !view.isMountPoint(path),
          ),
        )
        expect(movable).toEqual([])
      }),
      RUNS,
    )
  })

  it('have each path once, parents first', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const paths = planned(situation).plan.steps.flatMap((step) => ('path' in step ? [step.path] : []))
        expect(new Set(paths).size).toBe(paths.length)
        for (const [index, path] of paths.entries()) {
          expect(paths.slice(0, index).some((earlier) => earlier.startsWith(`${path}/`))).toBe(false)
        }
      }),
      RUNS,
    )
  })
})

/** Renaming is a write to the directory that holds the path; `/` cannot be renamed. */
function parentOrRoot(path: string): string {
  return path.replace(/\/[^/]+$/, '') || '/'
}
