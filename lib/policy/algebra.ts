/**
 * merge, intersect and covers: to add permissions for one command, and to check a grant against an ask.
 *
 * They work on resolved policies, because only there do two policies speak of the same paths. They compare
 * permissions: rules, network, nested, limits. Environment and protections are not permissions of the command;
 * a result keeps those of its first argument. On access to paths they are the operations of a lattice:
 * at every path merge has the greater access of the two, intersect the smaller, in the order none < read < write.
 */
import { ruleFor } from './access.js'
import { coversNetwork, intersectNetworks, mergeNetworks } from './network-algebra.js'
import { comparePaths, distinctPaths, keyOf } from './paths.js'
import { RuleSet } from './rule-set.js'
import type { AbsolutePath, Access, LimitsPolicy, ResolvedPolicy, ResolvedRule, ResolvedSymlink } from './types.js'

export type Permissions = Pick<ResolvedPolicy, 'rules' | 'symlinks' | 'network' | 'nested' | 'limits'>

const ORDER: Readonly<Record<Access, number>> = { none: 0, read: 1, write: 2 }

/**
 * What `base` or `extra` permits. A path that one denies and the other opens is open.
 * A limit that only one states stays; where both state one, the higher holds. Host refusals stay unless the
 * other side lets through all that is refused.
 */
export function merge<Base extends Permissions>(base: Base, extra: Permissions): Base {
  const rules = combine(base, extra, (left, right) => ORDER[left] > ORDER[right])
  return {
    ...base,
    rules,
    symlinks: symlinksOf(base, extra, rules),
    network: mergeNetworks(base.network, extra.network),
    nested: base.nested || extra.nested,
    limits: { ...extra.limits, ...base.limits, ...commonLimits(base.limits, extra.limits, Math.max) },
  }
}

/** What both permit. The lower limit holds; no limit is above every limit. */
export function intersect<Base extends Permissions>(base: Base, other: Permissions): Base {
  const rules = combine(base, other, (left, right) => ORDER[left] < ORDER[right])
  return {
    ...base,
    rules,
    symlinks: symlinksOf(base, other, rules),
    network: intersectNetworks(base.network, other.network),
    nested: base.nested && other.nested,
    limits: { ...other.limits, ...base.limits, ...commonLimits(base.limits, other.limits, Math.min) },
  }
}

/** Whether `granted` permits all that `asked` permits. */
export function covers(granted: Permissions, asked: Permissions): boolean {
  const [grantedRules, askedRules] = [RuleSet.of(granted.rules), RuleSet.of(asked.rules)]
  return (
    pathsOf(granted, asked).every((path) => ORDER[grantedRules.accessAt(path)] >= ORDER[askedRules.accessAt(path)]) &&
    coversNetwork(granted.network, asked.network) &&
    (granted.nested || !asked.nested) &&
    limitNames(granted.limits).every((name) => (granted.limits[name] ?? 0) >= (asked.limits[name] ?? Infinity))
  )
}

/** Every path at which the access of one of the two may change; between them it is that of the path above. */
function pathsOf(left: Permissions, right: Permissions): AbsolutePath[] {
  return distinctPaths([...left.rules, ...right.rules].map((rule) => rule.path)).sort(comparePaths)
}

function combine(
  left: Permissions,
  right: Permissions,
  prefersFirst: (first: Access, second: Access) => boolean,
): ResolvedRule[] {
  const [lefts, rights, result] = [RuleSet.of(left.rules), RuleSet.of(right.rules), new RuleSet()]
  for (const path of pathsOf(left, right)) {
    const [one, other] = [lefts.governing(path), rights.governing(path)]
    const source = prefersFirst(other?.access ?? 'none', one?.access ?? 'none') ? other : one
    const access = source?.access ?? 'none'
    const here = lefts.get(path) ?? rights.get(path)
    if (here === undefined || access === result.accessAt(path)) continue
    result.add({ path, access, type: here.type, origin: (source ?? here).origin })
  }
  return result.all()
}

function symlinksOf(left: Permissions, right: Permissions, rules: ResolvedRule[]): ResolvedSymlink[] {
  const links = new Map([...right.symlinks, ...left.symlinks].map((link) => [keyOf(link.path), link]))
  return [...links.values()]
    .filter((link) => ruleFor({ rules }, link.path) === undefined)
    .sort((one, other) => comparePaths(one.path, other.path))
}

function commonLimits(left: LimitsPolicy, right: LimitsPolicy, choose: (a: number, b: number) => number): LimitsPolicy {
  const limits: LimitsPolicy = {}
  for (const name of limitNames(left)) {
    const [one, other] = [left[name], right[name]]
    if (one !== undefined && other !== undefined) limits[name] = choose(one, other)
  }
  return limits
}

function limitNames(limits: LimitsPolicy): Array<keyof LimitsPolicy> {
  return Object.keys(limits) as Array<keyof LimitsPolicy>
}
