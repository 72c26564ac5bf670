/** What commands share decides which limits can be held for each. */
import { SandboxError } from './errors.js'
import type { Plan, PlannedLimit } from './plan/types.js'
import type { Isolation } from './sandbox-options.js'

/** The isolation that the limits of a plan need, or the one asked for. Throws where `session` cannot have them. */
export function isolationFor(asked: Isolation, { backend, limits }: Plan): Isolation {
  if (asked !== 'session') return limits.some(countsInUserNamespace) ? 'fresh' : asked
  const shared = limits.filter(({ kind, mechanism }) => kind === 'processes' || mechanism === 'watchdog')
  const [first] = shared
  if (first === undefined) return asked
  throw new SandboxError(`limits.${first.kind} cannot be enforced with isolation "session"`, {
    code: 'SANDBOX_POLICY_UNENFORCEABLE',
    stage: 'plan',
    backend,
    hint: "take isolation 'command' or 'fresh'",
    unenforceable: shared.map(({ kind }) => ({
      rule: `limits.${kind}`,
      reason: 'the processes of a session cannot be told apart by command',
      enforcedBy: [],
    })),
  })
}

/** RLIMIT_NPROC counts the processes of a user namespace: it must not be one that commands share. */
function countsInUserNamespace({ kind, mechanism }: PlannedLimit): boolean {
  return kind === 'processes' && mechanism === 'rlimit'
}
