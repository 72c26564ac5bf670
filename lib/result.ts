/** How a command ended. A value, also when the command failed. */
import type { Enforcement } from './plan/types.js'
import type { LimitsPolicy, Protection } from './policy/types.js'

/** Something that the fence refused while the command ran. */
export interface Denial {
  protection: Protection
  /** What was refused, for people: `write /usr/nope`, `connect 10.0.0.1:443`. */
  subject: string
}

/** Resources used by the command and the processes that it waited for. */
export interface ProcessUsage {
  /** CPU time in user mode, microseconds. */
  userUs: number
  /** CPU time in the kernel, microseconds. */
  systemUs: number
  /** Largest resident set of one process, bytes. */
  maxRssBytes: number
}

export interface ExecResult<Output extends string | Buffer = string> {
  command: string
  /** Without argv[0]. */
  args: readonly string[]
  /** Null when a signal ended the command. */
  exitCode: number | null
  /** Null when the command ended by itself. */
  signal: NodeJS.Signals | null
  /**
   * What the command wrote, at most `maxOutputBytes`. Of longer output the head and the tail are kept; text then
   * has a line `[... N bytes dropped ...]` between them, a Buffer has the two joined.
   */
  stdout: Output
  stderr: Output
  /** Bytes that were dropped, 0 when the output is complete. */
  truncated: { stdout: number; stderr: number }
  /** The `timeout` or the policy's `wallMs` ended the command. */
  timedOut: boolean
  /** The AbortSignal ended the command. */
  isCanceled: boolean
  /** Anything but exit code 0. */
  failed: boolean
  /** The limit of the policy that ended the command. */
  limit?: keyof LimitsPolicy
  /** What the fence refused, as far as the backend can tell. */
  denials: Denial[]
  /** What was in force. */
  enforcement: Enforcement
  /** Undefined when the command was ended together with its sandbox. */
  usage: ProcessUsage | undefined
  /** From the call until everything of the command was gone. */
  durationMs: number
}
