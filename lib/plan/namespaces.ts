/** Plans for the own launcher: mounts in place inside new namespaces, Landlock second, seccomp last. */
import { commonFindings, enforcementOf, refusalsOf } from './enforcement.js'
import { planSecondLayer } from './landlock-rules.js'
import { planLimits } from './limits.js'
import { planMounts } from './mounts.js'
import { plannedRules } from './planned-rules.js'
import type { LinuxPlan, LinuxPlanner } from './types.js'
import { refusedEverywhere } from './unenforceable.js'
import { viewNotes, viewSeccomp } from './view-plan.js'

export const planNamespaces: LinuxPlanner = (policy, facts) => {
  const mounts = planMounts(plannedRules(policy, facts), policy, facts)
  const findings = commonFindings('namespaces', policy)
  const limits = planLimits('namespaces', policy, facts)
  const unenforceable = [
    ...refusedEverywhere(policy, facts),
    ...limits.unenforceable,
    ...mounts.unenforceable,
    ...refusalsOf('namespaces', policy, findings),
  ]
  if (unenforceable.length > 0) return { ok: false, backend: 'namespaces', unenforceable }

  const landlock = planSecondLayer(mounts.steps, policy, facts)
  const namespaces: LinuxPlan['namespaces'] = ['user', 'mount', 'pid', 'ipc', 'uts', 'cgroup']
  if (policy.network.mode !== 'unrestricted') namespaces.push('net')
  return {
    ok: true,
    plan: {
      backend: 'namespaces',
      namespaces,
      // One id for an ordinary user; root keeps every owner as it was, without capabilities over any.
      idMap: facts.mapsFullRange ? 'full' : 'single',
      cwd: policy.cwd,
      mounts: mounts.steps,
      stubs: mounts.stubs,
      landlock: landlock.plan,
      seccomp: viewSeccomp(policy),
      limits: limits.limits,
      enforcement: enforcementOf('namespaces', policy, findings),
      notes: viewNotes(policy, facts, mounts, landlock),
    },
  }
}
