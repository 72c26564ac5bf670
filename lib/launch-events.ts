/** What is published of one launch, and what it has in common. */
import { randomUUID } from 'node:crypto'
import type { SandboxError } from './errors.js'
import { type ExitMessage, type LaunchMessage, type LaunchTimings, publish, type StageFailure } from './events.js'
import type { NativeFailure } from './native/binding-types.js'
import type { BackendName } from './plan/types.js'
import type { Denial } from './result.js'

/** Of one sandbox. */
export class SandboxEvents {
  readonly id = randomUUID()
  readonly #backend: BackendName
  #launches = 0

  constructor(backend: BackendName) {
    this.#backend = backend
  }

  /** A request was checked, and what it asks for is about to be started. `pid` is asked from `spawned` on only. */
  launch(command: string, pid: () => number | undefined): LaunchEvents {
    this.#launches++
    return new LaunchEvents({ sandbox: this.id, launch: this.#launches, backend: this.#backend, command }, pid)
  }
}

export class LaunchEvents {
  readonly #launch: LaunchMessage
  readonly #pid: () => number | undefined
  readonly #start = performance.now()
  readonly #timings: LaunchTimings = { calledMs: 0, spawnedMs: 0 }

  constructor(launch: LaunchMessage, pid: () => number | undefined) {
    this.#launch = launch
    this.#pid = pid
    publish('ringfence:launch', () => ({ ...launch }))
  }

  /** The call is about to return. */
  called(): void {
    this.#timings.calledMs = this.#elapsed()
  }

  spawned(): void {
    this.#timings.spawnedMs = this.#elapsed()
    publish('ringfence:spawn', () => ({ ...this.#common(), timings: { ...this.#timings } }))
  }

  failed(error: SandboxError): void {
    const { code, message } = error
    publish('ringfence:error', () => ({ ...this.#common(), error: { code, message, ...stageFailureOf(error) } }))
  }

  /** The same request was sent again, for the one time that it may be. */
  retried(failure: NativeFailure): void {
    publish('ringfence:retry', () => ({ ...this.#common(), failure: stageFailureOf(failure) }))
  }

  /** What is kept for commands was made anew, for this one. */
  rebuilt(failure: NativeFailure): void {
    publish('ringfence:rebuild', () => ({ ...this.#common(), failure: stageFailureOf(failure) }))
  }

  denied(denial: Denial): void {
    publish('ringfence:denial', () => ({ ...this.#common(), denial: { ...denial } }))
  }

  exited(outcome: () => Omit<ExitMessage, keyof LaunchMessage | 'durationMs'>): void {
    publish('ringfence:exit', () => ({ ...this.#common(), ...outcome(), durationMs: this.#elapsed() }))
  }

  closed(): void {
    publish('ringfence:close', () => ({ ...this.#common(), durationMs: this.#elapsed() }))
  }

  #common(): LaunchMessage {
    const pid = this.#timings.spawnedMs === 0 ? undefined : this.#pid()
    return { ...this.#launch, ...(pid !== undefined && { pid }) }
  }

  #elapsed(): number {
    return performance.now() - this.#start
  }
}

/** Of native code, where a failure that is not of a system call has errno 0, or of a SandboxError, where it has none. */
function stageFailureOf(failure: NativeFailure | SandboxError): StageFailure {
  const { stage, syscall, errno, osCode, osCodeKind, path } = failure
  return {
    stage,
    ...(errno !== undefined && errno > 0 && { errno, ...(syscall !== undefined && { syscall }) }),
    ...(osCodeKind !== undefined && { osCode, osCodeKind, ...(syscall !== undefined && { syscall }) }),
    ...(path !== undefined && path !== '' && { path }),
  }
}
