/** What `ringfence` ends with. The codes of `env`, `timeout` and container tools, so that scripts know them. */
import { constants } from 'node:os'
import { SandboxError } from '../errors.js'

export const EXIT = {
  success: 0,
  /** `doctor`: not everything that was tried is fenced. */
  notFenced: 1,
  timeout: 124,
  /** The sandbox failed or the usage is wrong; the command did not run. */
  sandboxFailure: 125,
  notExecutable: 126,
  notFound: 127,
  signalBase: 128,
} as const

/** How a command ended, in the words of ExecResult. */
export interface CommandOutcome {
  exitCode: number | null
  signal: NodeJS.Signals | null
  timedOut: boolean
}

export function exitCodeOfOutcome(outcome: CommandOutcome): number {
  if (outcome.timedOut) return EXIT.timeout
  if (outcome.signal !== null) return EXIT.signalBase + constants.signals[outcome.signal]
  return outcome.exitCode ?? EXIT.sandboxFailure
}

export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof SandboxError)) return EXIT.sandboxFailure
  if (error.code === 'SANDBOX_PROGRAM_NOT_FOUND') return EXIT.notFound
  if (error.code === 'SANDBOX_PERMISSION_DENIED' || error.code === 'SANDBOX_EXEC_FAILED') return EXIT.notExecutable
  return EXIT.sandboxFailure
}
