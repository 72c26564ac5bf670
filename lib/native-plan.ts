/** The part of a plan that native code carries out. */
import type { LinuxNativePlan, NativeLimit, NativePlan, WindowsNativePlan } from './native/binding-types.js'
import type { LinuxPlan, Plan, PlannedLimit, RestrictedTokenPlan } from './plan/types.js'

export function nativePlanOf(plan: Plan): NativePlan {
  return plan.backend === 'restricted-token' ? windowsPlanOf(plan) : linuxPlanOf(plan)
}

export function windowsPlanOf(plan: RestrictedTokenPlan): WindowsNativePlan {
  const { backend: mode, stateDirectory, roots, steps, everyone, privateDesktop } = plan
  return { mode, stateDirectory, roots, steps, everyone, privateDesktop, limits: nativeLimits(plan.limits) }
}

function linuxPlanOf(plan: LinuxPlan): LinuxNativePlan {
  return {
    mode: plan.backend,
    namespaces: plan.namespaces,
    idMap: plan.idMap,
    loopback: plan.seccomp.sockets === 'loopback',
    mounts: plan.mounts,
    ...(plan.bubblewrap !== undefined && { bubblewrap: plan.bubblewrap }),
    landlock: plan.landlock,
    seccomp: plan.seccomp,
    limits: nativeLimits(plan.limits),
  }
}

function nativeLimits(limits: readonly PlannedLimit[]): NativeLimit[] {
  return limits.flatMap(({ kind, mechanism, value }) =>
    kind === 'wallMs' || kind === 'outputBytes' || mechanism === 'host' ? [] : [{ kind, mechanism, value }],
  )
}
