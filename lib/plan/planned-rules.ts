/** The rules that planning starts from: those of the policy, less what it turned off, plus ringfence's own. */
import { keyOf, samePath } from '../policy/paths.js'
import type { Access, ResolvedPolicy, ResolvedRule } from '../policy/types.js'
import { byDepth } from './nearest-rule.js'
import type { MachineFacts } from './types.js'

/** Sorted by depth, then by path, as in ResolvedPolicy. */
export function plannedRules(policy: ResolvedPolicy, facts: MachineFacts): ResolvedRule[] {
  const kept = policy.rules.filter((rule) => !isTurnedOff(policy, rule))
  // A rule for it that opens it is refused on its own (unenforceable.ts).
  if (kept.some((rule) => samePath(rule.path, facts.stateDirectory))) return kept
  const hidden: ResolvedRule = {
    path: facts.stateDirectory,
    access: 'none',
    type: 'directory',
    origin: { kind: 'internal', rule: 'state directory' },
  }
  return [...kept, hidden].sort(byDepth)
}

/** For looking up the rule above a path. */
export function accessByPath(rules: readonly ResolvedRule[]): Map<string, Access> {
  return new Map(rules.map((rule) => [keyOf(rule.path), rule.access]))
}

/** Only built-in rules can be turned off; what the user wrote as a rule stays a rule. */
function isTurnedOff(policy: ResolvedPolicy, rule: ResolvedRule): boolean {
  if (rule.origin.kind === 'protected') return policy.protections['protected-paths'] === 'off'
  if (rule.origin.kind === 'repository') return policy.protections['nested-repositories'] === 'off'
  return false
}
