/**
 * Plans for Windows without an administrator: a write-restricted token, and ACLs that let its capability SIDs into the
 * writable roots. Such a token restricts nothing but writing, so what a policy takes away of reading, or of the
 * network, is refused, rule by rule, unless it says that it can do without.
 */
import { contains, isOnShare, isVolumeRoot } from '../policy/paths.js'
import type { Protection, ResolvedPolicy, ResolvedRule } from '../policy/types.js'
import { planAclSteps, splitRoots } from './acl-steps.js'
import { BACKEND_TABLE } from './backends.js'
import { commonFindings, enforcementOf, type Findings, refusalsOf } from './enforcement.js'
import { planJobLimits } from './limits.js'
import { nearestAbove } from './nearest-rule.js'
import { accessByPath, plannedRules } from './planned-rules.js'
import { ruleText } from './rule-text.js'
import type { Planner, RestrictedTokenPlan, UnenforceableRule, WindowsFacts } from './types.js'
import { refusedEverywhere } from './unenforceable.js'

const BACKEND = 'restricted-token'

/** No backend of this version does better on Windows. */
const OTHER_USER = 'on Windows that takes a user of its own for commands, which this version does not make'

const NETWORK = `a token does not restrict the network: allow it with network.mode "unrestricted"; ${OTHER_USER}`

export const planRestrictedToken: Planner<WindowsFacts, RestrictedTokenPlan> = (policy, facts) => {
  const rules = plannedRules(policy, facts)
  const { roots, reopened } = splitRoots(rules)
  const hidden = hiddenRules(rules, policy)
  const findings = tokenFindings(policy, facts, hidden)
  const limits = planJobLimits(policy)
  const unenforceable = [
    ...refusedEverywhere(policy, facts),
    ...refusedRoots(roots, reopened, facts),
    ...refusedNested(policy),
    ...limits.unenforceable,
    ...hidden.refused,
    ...refusalsOf(BACKEND, policy, withoutNamed(findings, hidden)),
  ]
  if (unenforceable.length > 0) return { ok: false, backend: BACKEND, unenforceable }

  const { roots: writable, steps } = planAclSteps(roots, closedRules(rules))
  return {
    ok: true,
    plan: {
      backend: BACKEND,
      cwd: policy.cwd,
      stateDirectory: facts.stateDirectory,
      roots: writable,
      steps,
      everyone: policy.protections['file-writes'] !== 'strict',
      privateDesktop: facts.interactive,
      limits: limits.limits,
      enforcement: enforcementOf(BACKEND, policy, findings),
      notes: [...hidden.notes, ...tokenNotes(policy, facts, roots)],
    },
  }
}

/** Rules that take writing away from a part of a writable tree; what is hidden is at least not written. */
function closedRules(rules: readonly ResolvedRule[]): ResolvedRule[] {
  const access = accessByPath(rules)
  return rules.filter((rule) => rule.access !== 'write' && nearestAbove(access, rule.path) === 'write')
}

interface Hidden {
  refused: UnenforceableRule[]
  /** Rules that the policy has and that are not in force as they are. */
  count: number
  notes: string[]
}

/** Rules that would keep a command from reading. */
function hiddenRules(rules: readonly ResolvedRule[], policy: ResolvedPolicy): Hidden {
  const access = accessByPath(rules)
  const hidden: Hidden = { refused: [], count: 0, notes: [] }
  for (const rule of rules) {
    const above = nearestAbove(access, rule.path)
    if (rule.access !== 'none' || above === undefined || above === 'none') continue
    if (rule.origin.kind === 'internal') {
      hidden.notes.push(`${ruleText(rule)}: stays readable, but cannot be written`)
      continue
    }
    hidden.count++
    if (policy.protections['file-reads'] === 'strict') {
      hidden.refused.push({
        rule: ruleText(rule),
        reason: `the token restricts writing only, and protections.file-reads is "strict"; ${OTHER_USER}`,
        enforcedBy: [],
      })
    }
  }
  return hidden
}

function refusedRoots(
  roots: readonly ResolvedRule[],
  reopened: readonly ResolvedRule[],
  facts: WindowsFacts,
): UnenforceableRule[] {
  const refused = roots.flatMap((rule) => {
    const reason = onShare(rule) ?? tooBroad(rule, facts) ?? unstampable(rule, facts)
    return reason === undefined ? [] : [{ rule: ruleText(rule), reason, enforcedBy: [] }]
  })
  for (const rule of reopened) {
    refused.push({
      rule: ruleText(rule),
      reason: `it lies in a part of a writable tree that is read-only, which ACLs close as a whole; ${OTHER_USER}`,
      enforcedBy: [],
    })
  }
  return refused
}

function onShare({ path }: ResolvedRule): string | undefined {
  if (!isOnShare(path)) return undefined
  return 'a file share looks at the user, not at the token, so nothing below it can be kept from commands'
}

/** Programs that start with the session, and settings of all others, lie below them; every file would be stamped. */
function tooBroad({ path }: ResolvedRule, { home }: WindowsFacts): string | undefined {
  const advice = 'name the directories that a command has to write'
  if (path === '/') return `all drives are too much to be opened: ${advice}`
  if (isVolumeRoot(path)) return `a whole drive is too much to be opened: ${advice}`
  if (contains(path, home)) return `the profile of the user lies in it, which is too much to be opened: ${advice}`
  return undefined
}

function unstampable({ path, type }: ResolvedRule, { volumesWithoutAcls }: WindowsFacts): string | undefined {
  if (type === 'missing') return 'it is missing, so no ACL can be changed: create it first'
  const volume = volumesWithoutAcls.find((candidate) => contains(candidate, path))
  return volume === undefined ? undefined : `the volume ${volume} keeps no ACLs, by which it would be opened`
}

function refusedNested(policy: ResolvedPolicy): UnenforceableRule[] {
  if (!policy.nested) return []
  return [{ rule: 'nested = true', reason: 'Windows has no user namespaces that a command could make', enforcedBy: [] }]
}

function tokenFindings(policy: ResolvedPolicy, facts: WindowsFacts, hidden: Hidden): Findings {
  const { by } = BACKEND_TABLE[BACKEND].protections['file-writes']
  const findings: Findings = {
    ...commonFindings(BACKEND, policy),
    'file-reads': readFinding(policy, hidden),
    'unix-sockets': alwaysPartial('unix-sockets'),
    processes: alwaysPartial('processes'),
  }
  findings.network ??= { level: 'none', by: 'nothing', reason: NETWORK }
  if (facts.volumesWithoutAcls.length > 0) {
    const volumes = facts.volumesWithoutAcls.join(', ')
    findings['file-writes'] = {
      level: 'partial',
      by,
      reason: `${volumes}: no ACLs are kept there, so all of it can be written`,
    }
  } else if (policy.protections['file-writes'] !== 'strict') {
    const reason = 'not strict, so what everyone may write can be written, for programs that need it'
    findings['file-writes'] = { level: 'partial', by, reason }
  }
  return findings
}

/** What the table says of every policy. */
function alwaysPartial(protection: 'unix-sockets' | 'processes'): NonNullable<Findings[Protection]> {
  const { by, limit } = BACKEND_TABLE[BACKEND].protections[protection]
  return { level: 'partial', by, ...(limit !== undefined && { reason: limit }) }
}

function readFinding(policy: ResolvedPolicy, { count }: Hidden): NonNullable<Findings[Protection]> {
  const readsAll = policy.rules.some(({ path, access }) => path === '/' && access !== 'none')
  const finding = { level: 'none', by: 'nothing' } as const
  if (!readsAll) {
    const reason = `the policy lets only some paths be read, and the token restricts writing only; ${OTHER_USER}`
    return { ...finding, reason }
  }
  if (count === 0) return { ...finding, reason: 'the policy lets everything be read', wished: true }
  const rules = count === 1 ? 'rule is' : 'rules are'
  return { ...finding, reason: `${count} ${rules} not in force: the token restricts writing only` }
}

/** Strict rules are refused one by one; the same once more as a protection would only be noise. */
function withoutNamed(findings: Findings, { refused }: Hidden): Findings {
  if (refused.length === 0) return findings
  const { 'file-reads': _, ...others } = findings
  return others
}

function tokenNotes(policy: ResolvedPolicy, facts: WindowsFacts, roots: readonly ResolvedRule[]): string[] {
  const notes = [
    'everything that this user may read can be read',
    'servers that commands reach by RPC, COM or the network act with rights of their own',
  ]
  if (policy.protections['file-writes'] === 'strict') {
    notes.push(
      'NUL cannot be opened for writing by name (>nul): devices let everyone write, which a strict token does not use',
    )
  }
  if (facts.elevated) notes.push('this process has the rights of an administrator, commands have not')
  for (const { path, type } of roots) {
    if (type === 'file') notes.push(`${path}: a file alone can be written, but not replaced by another one`)
  }
  return notes
}
