/** Rules that take something away inside a tree, which Landlock cannot: refused, or dropped where allowed. */

import { contains } from '../policy/paths.js'
import type { Protection, ResolvedPolicy, ResolvedRule } from '../policy/types.js'
import { backendsEnforcing } from './backends.js'
import type { Findings } from './enforcement.js'
import { nearestAbove } from './nearest-rule.js'
import { accessByPath } from './planned-rules.js'
import { ruleText } from './rule-text.js'
import type { UnenforceableRule } from './types.js'

export interface Carved {
  refused: UnenforceableRule[]
  /** For protections that lost a rule, or would have. */
  findings: Findings
  notes: string[]
}

export function carveOuts(rules: readonly ResolvedRule[], policy: ResolvedPolicy): Carved {
  const access = accessByPath(rules)
  const refused: UnenforceableRule[] = []
  const notes: string[] = []
  const lost = new Map<Protection, number>()
  for (const rule of rules) {
    const above = nearestAbove(access, rule.path) ?? 'none'
    const protections = takenAway(rule, above)
    if (protections.length === 0) continue
    const internal = rule.origin.kind === 'internal'
    if (internal && !rules.some((other) => other.access === 'write' && contains(other.path, rule.path))) {
      notes.push(`${ruleText(rule)}: stays readable, Landlock cannot hide a part of a readable tree`)
      continue
    }
    for (const protection of protections) lost.set(protection, (lost.get(protection) ?? 0) + 1)
    const strict = protections.filter((protection) => policy.protections[protection] === 'strict')
    if (strict.length > 0 || internal) refused.push(refusalOf(rule, strict))
  }
  return { refused, findings: lostFindings(lost), notes }
}

/** The protections that a rule is part of, if it takes away what the rule above it gives. */
function takenAway(rule: ResolvedRule, above: 'read' | 'write' | 'none'): Protection[] {
  if (rule.access === 'read' && above === 'write') {
    return [rule.origin.kind === 'repository' ? 'nested-repositories' : 'protected-paths']
  }
  if (rule.access === 'none' && above === 'write') return ['file-reads', 'protected-paths']
  // Where it is missing, the command cannot make it; mounted views do no more about it.
  if (rule.access === 'none' && above === 'read' && rule.type !== 'missing') return ['file-reads']
  return []
}

function refusalOf(rule: ResolvedRule, strict: readonly Protection[]): UnenforceableRule {
  const reason =
    rule.access === 'read'
      ? 'Landlock cannot keep a part of a writable tree read-only'
      : 'Landlock cannot hide a part of a tree that is readable or writable'
  const because = strict.map((protection) => `protections.${protection}`).join(' and ')
  return {
    rule: ruleText(rule),
    reason: because === '' ? reason : `${reason}, and ${because} ${strict.length > 1 ? 'are' : 'is'} "strict"`,
    enforcedBy: backendsEnforcing('protected-paths', 'linux'),
  }
}

function lostFindings(lost: ReadonlyMap<Protection, number>): Findings {
  const findings: Findings = {}
  for (const [protection, count] of lost) {
    findings[protection] = {
      // Read lists still hold for everything outside of the trees that the policy opens.
      level: protection === 'file-reads' ? 'partial' : 'none',
      by: 'Landlock',
      reason: `${count} ${count === 1 ? 'rule is' : 'rules are'} not in force: Landlock can only add rights to a tree`,
    }
  }
  return findings
}
