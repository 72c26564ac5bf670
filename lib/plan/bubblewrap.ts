/** Plans for the system's bwrap: the same view, second layer and filter, built by another launcher. */
import { bubblewrapArguments } from './bubblewrap-args.js'
import { commonFindings, enforcementOf, refusalsOf } from './enforcement.js'
import { planSecondLayer } from './landlock-rules.js'
import { planLimits } from './limits.js'
import { planMounts } from './mounts.js'
import { plannedRules } from './planned-rules.js'
import type { LinuxFacts, LinuxPlan, LinuxPlanner, UnenforceableRule } from './types.js'
import { refusedEverywhere } from './unenforceable.js'
import { viewNotes, viewSeccomp } from './view-plan.js'

export const planBubblewrap: LinuxPlanner = (policy, facts) => {
  const ownNetwork = policy.network.mode !== 'unrestricted'
  const mounts = planMounts(plannedRules(policy, facts), policy, facts)
  const findings = commonFindings('bubblewrap', policy)
  const made = hasBubblewrap(facts)
    ? bubblewrapArguments(mounts.steps, { ownNetwork, memoryBytes: policy.limits.memoryBytes }, facts)
    : undefined
  const limits = planLimits('bubblewrap', policy, facts)
  const unenforceable = [
    ...refusedProgram(facts, made?.lacking ?? []),
    ...refusedLength(made?.args ?? []),
    ...refusedEverywhere(policy, facts),
    ...limits.unenforceable,
    ...mounts.unenforceable,
    ...refusalsOf('bubblewrap', policy, findings),
  ]
  if (unenforceable.length > 0 || made === undefined || facts.bubblewrap === undefined) {
    return { ok: false, backend: 'bubblewrap', unenforceable }
  }
  const landlock = planSecondLayer(mounts.steps, policy, facts)
  return {
    ok: true,
    plan: {
      backend: 'bubblewrap',
      namespaces: namespacesOf(made.args),
      idMap: facts.mapsFullRange ? 'none' : 'single',
      cwd: policy.cwd,
      mounts: mounts.steps,
      bubblewrap: { executable: facts.bubblewrap.executable, args: made.args },
      stubs: mounts.stubs,
      landlock: landlock.plan,
      seccomp: viewSeccomp(policy),
      limits: limits.limits,
      enforcement: enforcementOf('bubblewrap', policy, findings),
      notes: viewNotes(policy, facts, mounts, landlock),
    },
  }
}

type FactsWithBubblewrap = LinuxFacts & { bubblewrap: NonNullable<LinuxFacts['bubblewrap']> }

function hasBubblewrap(facts: LinuxFacts): facts is FactsWithBubblewrap {
  return facts.bubblewrap !== undefined
}

/** bwrap ends at 9,000 arguments (MAX_ARGS in bubblewrap.c), the command's own counted; these stay for it. */
const MOST_ARGUMENTS = 8_000

function refusedLength(args: readonly string[]): UnenforceableRule[] {
  if (args.length <= MOST_ARGUMENTS) return []
  return [
    {
      rule: `${args.length} arguments`,
      reason: `bwrap takes at most ${MOST_ARGUMENTS} for the file system; the policy has too many rules for it`,
      enforcedBy: ['namespaces'],
    },
  ]
}

function refusedProgram(facts: LinuxFacts, lacking: readonly string[]): UnenforceableRule[] {
  if (!hasBubblewrap(facts)) {
    return [{ rule: 'backend bubblewrap', reason: 'there is no bwrap on this machine', enforcedBy: ['namespaces'] }]
  }
  const { executable, version } = facts.bubblewrap
  return lacking.map((option) => ({
    rule: `bwrap ${option}`,
    reason: `${executable} (${version}) has no ${option}; bwrap 0.4 or newer is needed`,
    enforcedBy: ['namespaces'],
  }))
}

function namespacesOf(args: readonly string[]): LinuxPlan['namespaces'] {
  const asked = (option: string) => args.includes(option)
  const namespaces: LinuxPlan['namespaces'] = asked('--unshare-user') ? ['user'] : []
  namespaces.push('mount', 'pid', 'ipc', 'uts')
  if (asked('--unshare-cgroup-try')) namespaces.push('cgroup')
  if (asked('--unshare-net')) namespaces.push('net')
  return namespaces
}
