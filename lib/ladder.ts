/** Walks the ladder of backends: the first that can start here and enforces the whole policy, or an error. */
import { SandboxError } from './errors.js'
import { fieldsOf } from './failure.js'
import { LINUX_PLANNERS } from './plan/planners.js'
import { planRestrictedToken } from './plan/restricted-token.js'
import type { BackendName, Plan, PlanResult, RestrictedTokenPlan, UnenforceableRule } from './plan/types.js'
import type { ResolvedPolicy } from './policy/types.js'
import { backendStatus } from './probe/probe-cache.js'
import type { BackendStatus, ProbeRequest, WorkingStatus } from './probe/status.js'

export interface Choice {
  plan: Plan
  /** Of every backend that was tried, the chosen one last. */
  statuses: BackendStatus[]
}

interface Refusal {
  backend: BackendName
  unenforceable: UnenforceableRule[]
}

/** @throws SandboxError `SANDBOX_POLICY_UNENFORCEABLE` or `SANDBOX_BACKEND_UNAVAILABLE`. */
export async function chooseBackend(
  order: readonly BackendName[],
  policy: ResolvedPolicy,
  request: ProbeRequest,
): Promise<Choice> {
  const statuses: BackendStatus[] = []
  const refusals: Refusal[] = []
  for (const backend of order) {
    const status = await backendStatus(backend, request)
    statuses.push(status)
    if ('error' in status) continue
    const planned = planOn(status, policy)
    if (planned.ok) return { plan: planned.plan, statuses }
    refusals.push({ backend, unenforceable: planned.unenforceable })
  }
  const errors = statuses.flatMap((status) => ('error' in status ? [status.error] : []))
  const [refusal] = refusals
  throw refusal === undefined ? unavailable(order, errors) : unenforceable(refusal, errors)
}

function planOn(status: WorkingStatus, policy: ResolvedPolicy): PlanResult {
  if (status.backend === 'restricted-token') return planRestrictedToken(policy, status.facts)
  return LINUX_PLANNERS[status.backend](policy, status.facts)
}

export interface Preview extends Choice {
  plan: RestrictedTokenPlan
  /** Why commands cannot start here. */
  failure?: SandboxError
}

/**
 * As chooseBackend on Windows, to look at a plan and at nothing else: it is made also where its commands cannot start.
 *
 * @throws as chooseBackend, where the machine does not even tell what planning needs.
 */
export async function previewOnWindows(
  order: readonly BackendName[],
  policy: ResolvedPolicy,
  request: ProbeRequest,
): Promise<Preview> {
  const statuses: BackendStatus[] = []
  for (const backend of order) statuses.push(await backendStatus(backend, request))
  const errors = statuses.flatMap((status) => ('error' in status ? [status.error] : []))
  const facts = statuses.flatMap((status) =>
    status.facts !== undefined && 'build' in status.facts ? status.facts : [],
  )
  const [first] = facts
  if (first === undefined) throw unavailable(order, errors)
  const planned = planRestrictedToken(policy, first)
  if (!planned.ok) throw unenforceable(planned, errors)
  const cannotStart = statuses.every((status) => 'error' in status)
  return { plan: planned.plan, statuses, ...(cannotStart && { failure: unavailable(order, errors) }) }
}

function unenforceable({ backend, unenforceable: rules }: Refusal, errors: SandboxError[]): SandboxError {
  const first = rules[0]
  const more = rules.length > 1 ? ` and ${rules.length - 1} more` : ''
  const could = errors.find(({ backend: other }) =>
    rules.every(({ enforcedBy }) => (enforcedBy as string[]).includes(other ?? '')),
  )
  const reason = could === undefined ? undefined : `the backend ${could.backend} could, but cannot start here`
  const hint = reason === undefined ? undefined : could?.hint === undefined ? reason : `${reason}: ${could.hint}`
  return new SandboxError(`the backend ${backend} cannot enforce the policy: ${first?.rule}: ${first?.reason}${more}`, {
    code: 'SANDBOX_POLICY_UNENFORCEABLE',
    stage: 'plan',
    backend,
    unenforceable: rules,
    ...(hint !== undefined && { hint }),
    ...(errors.length > 0 && { cause: new AggregateError(errors, 'backends that cannot start here') }),
  })
}

function unavailable(order: readonly BackendName[], errors: SandboxError[]): SandboxError {
  const [first] = errors
  if (first !== undefined && errors.length === 1) {
    return new SandboxError(`the backend ${first.backend} cannot start here: ${first.message}`, {
      ...fieldsOf(first),
      code: 'SANDBOX_BACKEND_UNAVAILABLE',
      cause: first,
    })
  }
  const hint = errors.find((error) => error.hint !== undefined)?.hint
  return new SandboxError(
    `no backend can start here: ${errors.map(({ backend, message }) => `${backend}: ${message}`).join('; ')}`,
    {
      code: 'SANDBOX_BACKEND_UNAVAILABLE',
      stage: 'probe',
      ...(hint !== undefined && { hint }),
      cause: new AggregateError(errors, order.join(', ')),
    },
  )
}
