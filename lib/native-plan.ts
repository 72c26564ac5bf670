/** The part of a plan that native code carries out. */
import type { NativePlan } from './native/binding-types.js'
import type { Plan } from './plan/types.js'

export function nativePlanOf(plan: Plan): NativePlan {
  return {
    mode: plan.backend,
    namespaces: plan.namespaces,
    idMap: plan.idMap,
    loopback: plan.seccomp.sockets === 'loopback',
    mounts: plan.mounts,
    ...(plan.bubblewrap !== undefined && { bubblewrap: plan.bubblewrap }),
    landlock: plan.landlock,
    seccomp: plan.seccomp,
    limits: plan.limits.flatMap(({ kind, mechanism, value }) =>
      kind === 'wallMs' || kind === 'outputBytes' || mechanism === 'host' ? [] : [{ kind, mechanism, value }],
    ),
  }
}
