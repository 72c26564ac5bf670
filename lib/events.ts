/**
 * What happens in sandboxes, published on channels of node:diagnostics_channel. Messages are plain data that can be
 * logged as they are: no arguments, no environment, no output of commands. Without subscribers nothing is made.
 *
 * A subscriber runs inside of the call that publishes. What it throws becomes an uncaught exception of the process
 * (node:diagnostics_channel sees to it), never a failure of the command.
 */
import { type Channel, channel } from 'node:diagnostics_channel'
import type { SandboxErrorCode } from './errors.js'
import type { OsCodeKind } from './native/binding-types.js'
import type { BackendName } from './plan/types.js'
import type { Denial, ProcessUsage, ReachedLimit } from './result.js'
import type { RingfenceWarning } from './warnings.js'

/** A launch is one call of spawn, exec or shell. Its `ringfence:launch` is the first, its `ringfence:close` the last. */
export interface LaunchMessage {
  /** `sandbox.id`. */
  sandbox: string
  /** Number of the launch in its sandbox, from 1. */
  launch: number
  backend: BackendName
  /** Without its arguments, which may hold secrets. */
  command: string
  /** As `pid` of the process. From `ringfence:spawn` on: absent while, and when, the command was not executed. */
  pid?: number
}

/** Milliseconds from the call of spawn. */
export interface LaunchTimings {
  /** The request is handed over: nearly all of what the JS thread spends in the call. */
  calledMs: number
  /** This process knows that the command was executed. */
  spawnedMs: number
}

export interface SpawnMessage extends LaunchMessage {
  timings: LaunchTimings
}

export interface ExitMessage extends LaunchMessage {
  /** As of the event `exit`. */
  exitCode: number | null
  signal: NodeJS.Signals | null
  timedOut: boolean
  isCanceled: boolean
  /** As of the result. */
  limit?: ReachedLimit
  /** Absent when the command and all that could tell were ended by somebody else. */
  usage?: ProcessUsage
  /** Milliseconds from the call of spawn. */
  durationMs: number
}

/** A step of a launch that failed, in numbers. */
export interface StageFailure {
  stage: string
  /** Absent when the failure is not of a system call. */
  syscall?: string
  errno?: number
  /** On Windows, in place of errno. */
  osCode?: number
  osCodeKind?: OsCodeKind
  path?: string
}

export interface ErrorMessage extends LaunchMessage {
  /** As of the SandboxError. */
  error: StageFailure & { code: SandboxErrorCode; message: string }
}

export interface RetryMessage extends LaunchMessage {
  /** Why the first try failed. */
  failure: StageFailure
}

export interface RebuildMessage extends LaunchMessage {
  /** Why what was kept for commands was not good any more. */
  failure: StageFailure
}

export interface DenialMessage extends LaunchMessage {
  denial: Denial
}

export interface CloseMessage extends LaunchMessage {
  /** Milliseconds from the call of spawn until nothing of the command was left. */
  durationMs: number
}

/** The message of each channel. */
export interface RingfenceMessages {
  'ringfence:launch': LaunchMessage
  'ringfence:spawn': SpawnMessage
  'ringfence:error': ErrorMessage
  'ringfence:retry': RetryMessage
  'ringfence:rebuild': RebuildMessage
  'ringfence:denial': DenialMessage
  'ringfence:exit': ExitMessage
  'ringfence:close': CloseMessage
  'ringfence:warning': RingfenceWarning
}

export type ChannelName = keyof RingfenceMessages

export const CHANNELS = [
  'ringfence:launch',
  'ringfence:spawn',
  'ringfence:error',
  'ringfence:retry',
  'ringfence:rebuild',
  'ringfence:denial',
  'ringfence:exit',
  'ringfence:close',
  'ringfence:warning',
] as const satisfies readonly ChannelName[]

const channels = Object.fromEntries(CHANNELS.map((name) => [name, channel(name)])) as Record<ChannelName, Channel>

/** `message` is called only if somebody listens. */
export function publish<Name extends ChannelName>(name: Name, message: () => RingfenceMessages[Name]): void {
  const { [name]: target } = channels
  if (target.hasSubscribers) target.publish(message())
}
