/** What the two backends with a mounted view have in common besides the mounts. */
import type { ResolvedPolicy } from '../policy/types.js'
import type { SecondLayer } from './landlock-rules.js'
import type { MountPlan } from './mounts.js'
import type { LinuxFacts, SeccompPlan } from './types.js'

export function viewSeccomp(policy: ResolvedPolicy): SeccompPlan {
  return {
    nested: policy.nested,
    // Inside an own network namespace inet sockets reach the command's own processes and nothing else.
    sockets: policy.network.mode === 'unrestricted' ? 'inet' : 'loopback',
    unixSockets: 'own',
  }
}

export function viewNotes(
  policy: ResolvedPolicy,
  facts: LinuxFacts,
  mounts: MountPlan,
  landlock: SecondLayer,
): string[] {
  const notes = [...mounts.notes]
  if (landlock.note !== undefined) notes.push(landlock.note)
  if (policy.nested) {
    notes.push('nested = true: seccomp allows namespaces and mounts, so more of the kernel can be reached')
  }
  if (policy.network.mode === 'unrestricted') {
    notes.push(
      landlock.plan !== null && landlock.plan.scoped !== 0
        ? 'network unrestricted: abstract sockets of the host share the network namespace; Landlock and the check of connect() refuse them'
        : 'network unrestricted: abstract sockets of the host share the network namespace; only the check of connect() refuses them',
    )
  }
  if (!facts.mountsProc) {
    notes.push('a new /proc cannot be mounted here: processes of the host and their command lines can be seen')
  }
  return notes
}
