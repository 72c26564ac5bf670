/** What is planned on Windows, and what of it the ACLs say now; also where commands cannot start. */
import type { SandboxError } from './errors.js'
import { asSandboxError } from './failure.js'
import { type Preview, previewOnWindows } from './ladder.js'
import { type AclReport, isWindowsBinding } from './native/binding-types.js'
import { windowsPlanOf } from './native-plan.js'
import { backendProbe } from './probe/probe.js'
import type { Explanation } from './sandbox.js'
import type { SandboxOptions } from './sandbox-options.js'
import { requireUsableState, resolveRequest } from './sandbox-request.js'

export interface Examination {
  explanation: Explanation
  /** One for each step of the plan and each of its roots. */
  acls: AclReport[]
  /** Why commands cannot start here. */
  failure?: SandboxError
}

/** Changes no ACL. Rejects as Sandbox.create, but for a token that does not restrict. */
export async function examineAcls(options: SandboxOptions): Promise<Examination> {
  const { parsed, policy, request } = await resolveRequest(options)
  try {
    const preview: Preview = await previewOnWindows(parsed.order, policy, request)
    const { plan, statuses, failure } = preview
    requireUsableState(plan)
    if (!isWindowsBinding(request.binding)) throw new Error('this system has no such ACLs')
    return {
      explanation: { plan, policy, probes: statuses.map(backendProbe) },
      acls: await request.binding.examineAcls(windowsPlanOf(plan), false),
      ...(failure !== undefined && { failure }),
    }
  } catch (error) {
    throw asSandboxError(error)
  }
}
