/** Parts of a policy that are refused before any backend's own rules are looked at. */

import { contains } from '../policy/paths.js'
import type { ResolvedPolicy } from '../policy/types.js'
import { ruleText } from './rule-text.js'
import type { MachineFacts, UnenforceableRule } from './types.js'

/** Everything that no backend enforces in this version. Fails closed: a wish is never dropped. */
export function refusedEverywhere(policy: ResolvedPolicy, facts: MachineFacts): UnenforceableRule[] {
  return [...refusedNetwork(policy), ...refusedReopening(policy, facts)]
}

function refusedNetwork(policy: ResolvedPolicy): UnenforceableRule[] {
  if (policy.network.mode !== 'proxy') return []
  return [
    {
      rule: 'network proxy',
      reason: 'no backend has a filtering proxy in this version; use mode "none" or "unrestricted"',
      enforcedBy: [],
    },
  ]
}

function refusedReopening(policy: ResolvedPolicy, facts: MachineFacts): UnenforceableRule[] {
  return policy.rules
    .filter((rule) => rule.access !== 'none' && contains(facts.stateDirectory, rule.path))
    .map((rule) => ({
      rule: ruleText(rule),
      reason: `${facts.stateDirectory} holds ringfence's own state, which no command may see`,
      enforcedBy: [],
    }))
}
