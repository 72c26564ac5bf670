/** How a command ended. A value, also when the command failed. */
import type { Enforcement, LimitKind } from './plan/types.js'
import type { Protection } from './policy/types.js'

/** Something that the fence refused while the command ran. */
export interface Denial {
  protection: Protection
  /** What was refused, for people: `write /usr/nope`, `connect 10.0.0.1:443`. */
  subject: string
}

/** A limit of the policy that was reached. */
export interface ReachedLimit {
  kind: LimitKind
  /** As the policy has it. */
  value: number
  /** What was seen in use, in the same unit: where a limit is not exact, more than `value`. */
  used: number
}

/**
 * Resources used by the command and the processes that it waited for. Of a command that was ended with SIGKILL, by a
 * limit, a timeout or `kill()`: used by everything in the sandbox, except with the backend `landlock`.
 */
export interface ProcessUsage {
  /** CPU time in user mode, microseconds. */
  userUs: number
  /** CPU time in the kernel, microseconds. */
  systemUs: number
  /** Largest resident set of one process, bytes. */
  maxRssBytes: number
  /** From the execution of the command to its end, microseconds. */
  wallUs: number
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
  /**
   * The limit of the policy that ended the command. `processes` ends nothing (fork fails with EAGAIN): it is told when it
   * was reached, and the command ended otherwise. `openFiles` is never told.
   */
  limit?: ReachedLimit
  /** What the fence refused, as far as the backend can tell. */
  denials: Denial[]
  /** What was in force. */
  enforcement: Enforcement
  /** Undefined when the command and all that could tell were ended by somebody else. */
  usage: ProcessUsage | undefined
  /** From the call until everything of the command was gone. */
  durationMs: number
}
