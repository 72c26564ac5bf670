/**
 * Plans for hosts where nothing can be mounted: Landlock and seccomp alone. Rights only add up, so a policy
 * that takes something away inside a tree (read-only subpath, denied path) is refused, rule by rule, unless
 * it says that it can do without.
 */
import type { AbsolutePath, Access, ResolvedPolicy, ResolvedRule } from '../policy/types.js'
import { BACKEND_TABLE } from './backends.js'
import { commonFindings, enforcementOf, type Findings, refusalsOf } from './enforcement.js'
import { deviceRights, HIGHEST_KNOWN_ABI, handledRights, readRights, writeRights } from './landlock-abi.js'
import { type Carved, carveOuts } from './landlock-carve-outs.js'
import { planLimits } from './limits.js'
import { nearestAbove } from './nearest-rule.js'
import { accessByPath, plannedRules } from './planned-rules.js'
import { DEVICE_NODES } from './pseudo-file-systems.js'
import { ruleText } from './rule-text.js'
import type { LandlockRule, LinuxPlanner, UnenforceableRule } from './types.js'
import { refusedEverywhere } from './unenforceable.js'

export const planLandlock: LinuxPlanner = (policy, facts) => {
  const abi = Math.min(facts.landlockAbi, HIGHEST_KNOWN_ABI)
  const rules = plannedRules(policy, facts)
  const carved = carveOuts(rules, policy)
  const findings = landlockFindings(policy, abi, carved)
  const limits = planLimits('landlock', policy, facts)
  const unenforceable = [
    ...refusedHere(policy, abi),
    ...refusedEverywhere(policy, facts),
    ...limits.unenforceable,
    ...carved.refused,
    ...(abi === 0 ? [] : refusalsOf('landlock', policy, withoutCarveOuts(findings, carved))),
  ]
  if (unenforceable.length > 0) return { ok: false, backend: 'landlock', unenforceable }

  const handled = handledRights(abi)
  return {
    ok: true,
    plan: {
      backend: 'landlock',
      namespaces: [],
      idMap: 'none',
      cwd: policy.cwd,
      mounts: [],
      stubs: [],
      landlock: {
        abi,
        handledFs: handled.fs,
        // A second hold on what seccomp refuses; nothing is allowed, so there are no rules for it.
        handledNet: policy.network.mode === 'none' ? handled.net : 0,
        scoped: handled.scoped,
        rules: landlockRules(rules, abi),
      },
      seccomp: {
        nested: false,
        sockets: policy.network.mode === 'unrestricted' ? 'inet' : 'none',
        unixSockets: 'pairs',
      },
      limits: limits.limits,
      enforcement: enforcementOf('landlock', policy, findings),
      notes: [...carved.notes, ...missingNotes(rules), ...landlockNotes(abi)],
    },
  }
}

function refusedHere(policy: ResolvedPolicy, abi: number): UnenforceableRule[] {
  const refused: UnenforceableRule[] = []
  if (abi === 0) {
    refused.push({
      rule: 'backend landlock',
      reason: 'this kernel has no Landlock, or it is disabled at boot',
      enforcedBy: ['namespaces', 'bubblewrap'],
    })
  }
  if (policy.nested) {
    refused.push({
      rule: 'nested = true',
      reason: 'a process under Landlock cannot mount, so namespaces of its own are of no use to it',
      enforcedBy: ['namespaces', 'bubblewrap'],
    })
  }
  return refused
}

function landlockFindings(policy: ResolvedPolicy, abi: number, carved: Carved): Findings {
  const table = BACKEND_TABLE.landlock.protections
  const findings: Findings = { ...commonFindings('landlock', policy), ...carved.findings }
  findings['file-writes'] =
    abi < 3
      ? { level: 'partial', by: 'Landlock', reason: `ABI ${abi}: truncation is controlled from ABI 3 (Linux 6.2)` }
      : {
          level: 'full',
          by: 'Landlock',
          reason: 'modes, owners, times and extended attributes of files are outside of what Landlock controls',
        }
  if (abi < 6) {
    findings.processes = {
      level: 'partial',
      by: 'Landlock',
      reason: `ABI ${abi}: signals to other processes are controlled from ABI 6 (Linux 6.12)`,
    }
  }
  for (const protection of ['file-reads', 'protected-paths', 'nested-repositories'] as const) {
    findings[protection] ??= { level: 'full', by: table[protection].by }
  }
  return findings
}

/** Strict carve-outs are refused rule by rule; the same once more as a protection would only be noise. */
function withoutCarveOuts(findings: Findings, carved: Carved): Findings {
  return Object.fromEntries(Object.entries(findings).filter(([name]) => !(name in carved.findings)))
}

function landlockRules(rules: readonly ResolvedRule[], abi: number): LandlockRule[] {
  const granted: LandlockRule[] = []
  const open = new Map<AbsolutePath, Access>()
  for (const rule of rules) {
    if (rule.access === 'none' || rule.type === 'missing') continue
    // Rights of the trees above stay in force, so a rule that gives no more than they do is left out.
    const above = nearestAbove(open, rule.path)
    if (above === 'write' || above === rule.access) continue
    open.set(rule.path, rule.access)
    const rights = rule.access === 'read' ? readRights(rule.type, abi) : writeRights(rule.type, abi)
    granted.push({ path: rule.path, access: rights })
  }
  const access = accessByPath(rules)
  for (const path of DEVICE_NODES) {
    if (isDenied(path, access)) continue
    granted.push({ path, access: deviceRights('file', abi), optional: true })
  }
  return granted
}

/** By a rule; without any rule above, a device node is there as in every made /dev. */
function isDenied(path: AbsolutePath, access: ReadonlyMap<AbsolutePath, string>): boolean {
  const below = new Map([...access].filter(([rule]) => rule !== '/'))
  return (below.get(path) ?? nearestAbove(below, path)) === 'none'
}

function missingNotes(rules: readonly ResolvedRule[]): string[] {
  return rules
    .filter((rule) => rule.type === 'missing' && rule.access !== 'none' && rule.origin.kind === 'user')
    .map((rule) => `${ruleText(rule)}: missing, so it gets no right of its own`)
}

function landlockNotes(abi: number): string[] {
  const notes = [
    'no view of its own: names, sizes and modes of hidden files can be seen, and modes and times of own files changed',
    'processes of the host can be seen in /proc; they cannot be traced',
    'files of its own in /proc (oom_score_adj, comm) cannot be written, new terminals and shared memory need a rule',
  ]
  if (abi < 2) notes.push('Landlock ABI 1: renames and links across directories are refused')
  if (abi < 5) notes.push(`Landlock ABI ${abi}: ioctls on readable devices are controlled from ABI 5 (Linux 6.10)`)
  return notes
}
