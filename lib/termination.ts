/** Ends a command on request of an AbortSignal or when its time is up: asks first, then kills the whole tree. */
import { addAbortListener } from 'node:events'
import { constants } from 'node:os'

/** What is to be ended. */
export interface Terminable {
  /** True when the signal was delivered. */
  sendSignal(signal: number): boolean
}

export interface TerminationOptions {
  /** Not aborted yet. */
  signal: AbortSignal | undefined
  /** 0: none. */
  timeoutMs: number
  killSignal: number
  forceKillAfterMs: number
  /** The time was up and the command was still there. */
  onTimeout(): void
  /** The abort signal has fired and the command was still there. */
  onAbort(error: Error): void
}

/** Longer delays make setTimeout() fire at once. */
const LONGEST_DELAY_MS = 0x7fff_ffff

export class Termination {
  /** The time was up while the command still ran. */
  timedOut = false
  /** The abort signal fired while the command still ran. */
  canceled = false
  readonly #target: Terminable
  readonly #options: TerminationOptions
  #abortListener: Disposable | undefined
  #timeout: NodeJS.Timeout | undefined
  #forceKill: NodeJS.Timeout | undefined

  constructor(target: Terminable, options: TerminationOptions) {
    this.#target = target
    this.#options = options
    const { signal, timeoutMs } = options
    if (signal !== undefined) this.#abortListener = addAbortListener(signal, () => this.#abort())
    if (timeoutMs > 0) this.#timeout = setTimeout(() => this.#expire(), Math.min(timeoutMs, LONGEST_DELAY_MS))
  }

  /** The command itself has ended: no more is asked of it. */
  commandEnded(): void {
    this.#abortListener?.[Symbol.dispose]()
    clearTimeout(this.#timeout)
    clearTimeout(this.#forceKill)
  }

  #abort(): void {
    if (!this.#end()) return
    this.canceled = true
    this.#options.onAbort(abortError(this.#options.signal?.reason))
  }

  #expire(): void {
    if (!this.#end()) return
    this.timedOut = true
    this.#options.onTimeout()
  }

  #end(): boolean {
    const { killSignal, forceKillAfterMs } = this.#options
    if (!this.#target.sendSignal(killSignal)) return false
    this.#forceKill ??= setTimeout(
      () => this.#target.sendSignal(constants.signals.SIGKILL),
      Math.min(forceKillAfterMs, LONGEST_DELAY_MS),
    )
    return true
  }
}

/** As Node's own, whose class is not public. */
export function abortError(reason: unknown): Error {
  const error = new Error('The operation was aborted', { cause: reason }) as Error & { code: string }
  error.name = 'AbortError'
  error.code = 'ABORT_ERR'
  return error
}
