/**
 * What the rules of a policy become as changes of ACLs. Pure.
 *
 * Denials and pins come before grants: nothing is opened before what is taken away from it is closed.
 */
import { createHash } from 'node:crypto'
import { ancestorsAndSelf, comparePaths, keyOf, parentOf, relativeTo, samePath } from '../policy/paths.js'
import type { AbsolutePath, ResolvedRule } from '../policy/types.js'
import type { AclStep, WritableRoot } from './types.js'

export interface AclPlan {
  roots: WritableRoot[]
  steps: AclStep[]
}

type Deny = Extract<AclStep, { op: 'deny' }>
type Pin = Extract<AclStep, { op: 'pin' }>

/** No root lies in another. `closed`: what is taken away inside of roots, in the order of rules. */
export function planAclSteps(rootRules: readonly ResolvedRule[], closed: readonly ResolvedRule[]): AclPlan {
  const denies: Deny[] = []
  const pins: Pin[] = []
  const roots: WritableRoot[] = []
  const closedByRoot = groupByRoot(rootRules, closed)
  for (const [index, root] of rootRules.entries()) {
    const inside = closedByRoot[index] ?? []
    roots.push({ path: root.path, variant: variantOf(root.path, inside) })
    pins.push(...pinsOf(root, inside, index))
    for (const { path, type, origin } of inside) {
      denies.push({ op: 'deny', path, roots: [index], type, optional: isFound(origin), origin })
    }
  }
  const grants = rootRules.map(({ path, origin }, root): AclStep => ({ op: 'grant', path, root, origin }))
  return { roots, steps: [...pins, ...denies, ...grants] }
}

/** Linear: the root of a path is looked up by the directories that it lies in. */
function groupByRoot(rootRules: readonly ResolvedRule[], closed: readonly ResolvedRule[]): ResolvedRule[][] {
  const indexes = new Map(rootRules.map(({ path }, index) => [keyOf(path), index]))
  const groups: ResolvedRule[][] = rootRules.map(() => [])
  for (const rule of closed) {
    for (const directory of ancestorsAndSelf(rule.path)) {
      const index = indexes.get(keyOf(directory))
      if (index === undefined) continue
      groups[index]?.push(rule)
      break
    }
  }
  return groups
}

/**
 * The root, so that it does not go to another root with what it holds, and every directory on the way to a closed
 * path, which would go away with it.
 */
function pinsOf(root: ResolvedRule, inside: readonly ResolvedRule[], index: number): Pin[] {
  const pins = new Map<string, Pin>()
  const { path, origin, type } = root
  if (type === 'directory') {
    pins.set(keyOf(path), { op: 'pin', path, roots: [index], optional: false, origin })
  }
  for (const rule of inside) {
    for (let way = parentOf(rule.path); !samePath(way, path); way = parentOf(way)) {
      const pin = pins.get(keyOf(way))
      const optional = isFound(rule.origin)
      if (pin === undefined) {
        pins.set(keyOf(way), { op: 'pin', path: way, roots: [index], optional, origin: rule.origin })
      } else if (pin.optional && !optional) {
        pins.set(keyOf(way), { ...pin, optional, origin: rule.origin })
      }
    }
  }
  return [...pins.values()].sort((left, right) => comparePaths(left.path, right.path))
}

/** Found by looking at the tree, and gone when the tree has changed. */
function isFound({ kind }: ResolvedRule['origin']): boolean {
  return kind === 'repository' || kind === 'glob'
}

/**
 * By what the policy says, not by what was found: a repository that was made meanwhile must not make a root another
 * one, whose whole tree is stamped anew. What is found later is denied to the same SID in addition.
 */
function variantOf(root: AbsolutePath, inside: readonly ResolvedRule[]): string {
  const said = inside.flatMap(({ path, origin }) => {
    if (origin.kind === 'repository') return []
    return origin.kind === 'glob' ? [`glob ${origin.rule}`] : [relativeTo(keyOf(root), keyOf(path))]
  })
  const text = [...new Set(said)].sort().join('\n')
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** The writable roots of a policy, none in another, and where a root is opened again below what is closed. */
export function splitRoots(rules: readonly ResolvedRule[]): { roots: ResolvedRule[]; reopened: ResolvedRule[] } {
  const roots: ResolvedRule[] = []
  const reopened: ResolvedRule[] = []
  const known = new Set<string>()
  for (const rule of rules) {
    if (rule.access !== 'write') continue
    // Rules come after those that they lie in.
    const isInside = [...ancestorsAndSelf(rule.path)].some((directory) => known.has(keyOf(directory)))
    if (isInside) reopened.push(rule)
    else roots.push(rule)
    known.add(keyOf(rule.path))
  }
  return { roots, reopened }
}
