/** Starts a backend for real: sets up a minimal sandbox through the same path as every command, and ends it. */
import { constants } from 'node:os'
import { isNativeFailure } from '../failure.js'
import type { LinuxBinding, NativeFailure, NativeProcessEvent } from '../native/binding-types.js'
import { nativePlanOf } from '../native-plan.js'
import { LINUX_PLANNERS } from '../plan/planners.js'
import type { LinuxBackendName, LinuxFacts } from '../plan/types.js'
import { PROTECTIONS, type Requirement, type ResolvedPolicy } from '../policy/types.js'

/** A start takes milliseconds. What takes this long (a wrapper that hangs) will not start. */
const TIMEOUT_MS = 10_000

/** Undefined when the backend can start here. */
export async function dryRun(
  binding: LinuxBinding,
  backend: LinuxBackendName,
  facts: LinuxFacts,
): Promise<NativeFailure | undefined> {
  const planned = LINUX_PLANNERS[backend](minimalPolicy(), facts)
  if (!planned.ok) return { stage: 'plan.minimal', syscall: '', errno: 0 }
  try {
    const prepared = binding.prepare(nativePlanOf(planned.plan))
    return await new Promise((resolve) => {
      const outcome = new Outcome(resolve)
      const process = binding.spawn(
        prepared,
        { argv: ['true'], file: 'true', env: '', cwd: '/', stdio: [-1, -1, -1], isolation: 'fresh', dryRun: true },
        (event) => outcome.take(event),
      )
      outcome.limit(() => process.kill(constants.signals.SIGKILL))
    })
  } catch (error) {
    if (isNativeFailure(error)) return error
    throw error
  }
}

class Outcome {
  #failure: NativeFailure | undefined = { stage: 'linux.probe.lost', syscall: '', errno: 0 }
  #timer: NodeJS.Timeout | undefined
  readonly #resolve: (failure: NativeFailure | undefined) => void

  constructor(resolve: (failure: NativeFailure | undefined) => void) {
    this.#resolve = resolve
  }

  limit(kill: () => void): void {
    this.#timer = setTimeout(() => {
      this.#failure = { stage: 'linux.probe.timeout', syscall: '', errno: 0 }
      kill()
    }, TIMEOUT_MS)
  }

  take(event: NativeProcessEvent): void {
    switch (event.type) {
      case 'spawned':
      case 'limit':
      case 'retry':
      case 'rebuild':
        break
      case 'failed': {
        const { stage, syscall, errno, path } = event
        this.#failure = { stage, syscall, errno, ...(path !== undefined && { path }) }
        break
      }
      case 'exit':
        if (event.code === 0 && event.signal === 0) this.#failure = undefined
        break
      case 'closed':
        clearTimeout(this.#timer)
        this.#resolve(this.#failure)
    }
  }
}

/** Reads everything, writes nothing. Best effort, so that a plan is made whatever this machine lacks. */
function minimalPolicy(): ResolvedPolicy {
  const protections = {} as Record<(typeof PROTECTIONS)[number], Requirement>
  for (const protection of PROTECTIONS) protections[protection] = 'best-effort'
  return {
    cwd: '/',
    rules: [{ path: '/', access: 'read', type: 'directory', origin: { kind: 'internal', rule: 'probe' } }],
    symlinks: [],
    network: { mode: 'none', allow: [], deny: [] },
    environment: { inherit: 'none', exclude: [], set: {}, includeOnly: [] },
    limits: {},
    nested: false,
    protections,
    scan: { directories: 0, repositories: 0, complete: true, maxDirectories: 0 },
    warnings: [],
  }
}
