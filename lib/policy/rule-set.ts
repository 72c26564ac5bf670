/** Rules by path, one a path, with the order that decides between two rules for the same path. */
import { ancestorsAndSelf, comparePaths, keyOf, parentOf } from './paths.js'
import type { AbsolutePath, Access, ResolvedRule, RuleOrigin } from './types.js'

/**
 * Who wins at the same path. What the user wrote beats what is built in; a protection beats a preset, or a
 * preset's root would open it; ringfence's own state beats everything.
 */
const RANK: Readonly<Record<RuleOrigin['kind'], number>> = {
  internal: 5,
  user: 4,
  glob: 4,
  protected: 3,
  repository: 3,
  preset: 2,
  minimal: 1,
}

/** none > write > read, the order of equally specific rules. */
const PRECEDENCE: Readonly<Record<Access, number>> = { none: 3, write: 2, read: 1 }

export class RuleSet {
  /** By keyOf(). */
  readonly #rules = new Map<string, ResolvedRule>()

  static of(rules: Iterable<ResolvedRule>): RuleSet {
    const set = new RuleSet()
    for (const rule of rules) set.add(rule)
    return set
  }

  /** Keeps the rule, or the one that is there already when that one wins. */
  add(rule: ResolvedRule): void {
    const present = this.#rules.get(keyOf(rule.path))
    if (present === undefined || beats(rule, present)) this.#rules.set(keyOf(rule.path), rule)
  }

  delete(path: AbsolutePath): void {
    this.#rules.delete(keyOf(path))
  }

  get(path: AbsolutePath): ResolvedRule | undefined {
    return this.#rules.get(keyOf(path))
  }

  /** The rule that decides about the path. */
  governing(path: AbsolutePath): ResolvedRule | undefined {
    for (const ancestor of ancestorsAndSelf(path)) {
      const rule = this.#rules.get(keyOf(ancestor))
      if (rule !== undefined) return rule
    }
    return undefined
  }

  accessAt(path: AbsolutePath): Access {
    return this.governing(path)?.access ?? 'none'
  }

  /** The access that the path would have without a rule of its own. */
  accessAround(path: AbsolutePath): Access {
    return path === '/' ? 'none' : this.accessAt(parentOf(path))
  }

  /** True when the user (by path or glob) made the rule at exactly this path. */
  isUsersAt(path: AbsolutePath): boolean {
    const kind = this.#rules.get(keyOf(path))?.origin.kind
    return kind === 'user' || kind === 'glob'
  }

  /** In the order of rules. */
  all(): ResolvedRule[] {
    return [...this.#rules.values()].sort((left, right) => comparePaths(left.path, right.path))
  }

  /** In the order of rules, without those that say what the rule around them says already. */
  effective(): ResolvedRule[] {
    return this.all().filter((rule) => rule.access !== this.accessAround(rule.path))
  }
}

function beats(challenger: ResolvedRule, present: ResolvedRule): boolean {
  const rank = RANK[challenger.origin.kind] - RANK[present.origin.kind]
  if (rank !== 0) return rank > 0
  return PRECEDENCE[challenger.access] > PRECEDENCE[present.access]
}
