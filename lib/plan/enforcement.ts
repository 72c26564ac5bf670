/** From what a backend found while planning to the enforcement report, and to refusals of what is missing. */
import { PROTECTIONS, type Protection, type ResolvedPolicy } from '../policy/types.js'
import { BACKEND_TABLE, backendsEnforcing } from './backends.js'
import type { BackendName, Enforcement, EnforcementLevel, UnenforceableRule } from './types.js'

export interface Finding {
  level: EnforcementLevel
  by: string
  reason?: string
  /** The policy itself asks for less (nested, unrestricted network): not a reason to refuse. */
  wished?: boolean
}

/** Deviations from full enforcement. A protection without a finding is enforced as in the backend's table. */
export type Findings = Partial<Record<Protection, Finding>>

/** Protections that are `strict` and not enforced in full, as rules that the backend cannot enforce. */
export function refusalsOf(backend: BackendName, policy: ResolvedPolicy, findings: Findings): UnenforceableRule[] {
  const refusals: UnenforceableRule[] = []
  for (const protection of PROTECTIONS) {
    const finding = findings[protection]
    if (finding === undefined || finding.level === 'full' || finding.wished === true) continue
    if (policy.protections[protection] !== 'strict') continue
    refusals.push({
      rule: `protections.${protection} = strict`,
      reason: finding.reason ?? 'not enforced here',
      enforcedBy: backendsEnforcing(protection, BACKEND_TABLE[backend].system).filter(
        (other) => other !== backend && !policyLimits(policy, protection),
      ),
    })
  }
  return refusals
}

export function enforcementOf(backend: BackendName, policy: ResolvedPolicy, findings: Findings): Enforcement {
  const report = {} as Enforcement
  for (const protection of PROTECTIONS) report[protection] = levelOf(backend, policy, protection, findings[protection])
  return report
}

function levelOf(
  backend: BackendName,
  policy: ResolvedPolicy,
  protection: Protection,
  finding: Finding | undefined,
): Enforcement[Protection] {
  if (policy.protections[protection] === 'off') {
    return { level: 'off', by: 'policy', reason: 'turned off by the policy' }
  }
  if (finding === undefined) return { level: 'full', by: BACKEND_TABLE[backend].protections[protection].by }
  const { level, by, reason } = finding
  return reason === undefined ? { level, by } : { level, by, reason }
}

/** What holds on every backend: an incomplete scan, and what the policy itself gives up. */
export function commonFindings(backend: BackendName, policy: ResolvedPolicy): Findings {
  const findings: Findings = {}
  if (!policy.scan.complete) {
    const { level, by } = BACKEND_TABLE[backend].protections['nested-repositories']
    findings['nested-repositories'] = {
      level: level === 'full' ? 'partial' : level,
      by,
      reason:
        `the search for nested repositories ended after ${policy.scan.directories} directories; ` +
        'choose a smaller writable root or set protections.nested-repositories to "best-effort"',
    }
  }
  if (policy.network.mode === 'unrestricted') {
    findings.network = { level: 'off', by: 'policy', reason: 'network mode "unrestricted"', wished: true }
  }
  if (policy.nested) {
    findings['system-calls'] = {
      level: 'partial',
      by: BACKEND_TABLE[backend].protections['system-calls'].by,
      reason: "nested = true allows namespaces and mounts of the command's own",
      wished: true,
    }
  }
  return findings
}

/** True when no other backend would do better, since the lack is in the policy's own facts. */
function policyLimits(policy: ResolvedPolicy, protection: Protection): boolean {
  return protection === 'nested-repositories' && !policy.scan.complete
}
