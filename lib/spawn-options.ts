/** What a caller asks of spawn, checked: every mistake is a TypeError before anything starts. */
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { invalidType, invalidValue, requireCount, requireObject, requireText } from './argument-errors.js'
import { requireEndingSignal } from './signals.js'
import { parseStdio, requireFreeStreams, type Slot, type StdioOption } from './stdio.js'
import { parseTerminalSize, type TerminalSize } from './terminal.js'

/** As in node:child_process, but for what would step out of the sandbox. */
export interface SpawnOptions {
  /** Relative to the sandbox's cwd, which is the default. */
  cwd?: string | URL | undefined
  /**
   * The command's environment in place of the host's. The policy's `exclude`, `set` and `includeOnly` still apply,
   * its `inherit` does not. Default: what the policy takes of the sandbox's `env`.
   */
  env?: Readonly<Record<string, string | undefined>> | undefined
  /** Default `pipe`. */
  stdio?: StdioOption | undefined
  /**
   * A terminal of its own for the command, in place of three pipes: `stdin` types into it, `stdout` is what it shows,
   * `stderr` is null. It is the controlling terminal of the command's session. Size in characters, default 80 x 24.
   */
  tty?: Partial<TerminalSize> | undefined
  /** Ends the command with `killSignal`; the process then emits an AbortError. */
  signal?: AbortSignal | undefined
  /** Milliseconds until the command is ended with `killSignal`. 0: no limit. Default: the policy's `wallMs`, or 0. */
  timeout?: number | undefined
  /** What `signal` and `timeout` send. Default `SIGTERM`. On Windows each of the four that exist ends everything. */
  killSignal?: NodeJS.Signals | number | undefined
  /** Milliseconds from that until everything of the command gets SIGKILL. Default 5000. */
  forceKillAfterMs?: number | undefined
  /** argv[0]. Default: the command. */
  argv0?: string | undefined
  /** Not available: a command ends with its sandbox. */
  detached?: false | undefined
  /** Not available: write `sandbox.shell(script)`, on Windows the shell itself. */
  shell?: false | undefined
  /** Ignored: a command has no window of a console. */
  windowsHide?: boolean | undefined
  /** Not available on Windows, where arguments are quoted as programs read them; ignored elsewhere. */
  windowsVerbatimArguments?: boolean | undefined
}

/** A spawn, checked and with its defaults. */
export interface SpawnRequest {
  command: string
  /** Without argv[0]. */
  args: string[]
  argv0: string
  cwd: string | undefined
  env: Record<string, string> | undefined
  stdio: Slot[]
  tty: TerminalSize | undefined
  signal: AbortSignal | undefined
  timeoutMs: number
  killSignal: number
  forceKillAfterMs: number
}

const DEFAULT_FORCE_KILL_AFTER_MS = 5000

/** Takes the arguments of spawn(command, args?, options?) and spawn(command, options?). Throws TypeError. */
export function parseSpawn(command: unknown, argsOrOptions?: unknown, maybeOptions?: unknown): SpawnRequest {
  const file = requireText('command', command)
  if (file === '') throw invalidValue('command', command, 'cannot be empty')
  const [args, given] = splitArguments(argsOrOptions, maybeOptions)
  const options = given === undefined || given === null ? {} : requireObject('options', given)
  refuseUnsandboxed(options)
  const [stdio, tty] = [parseStdio(options.stdio), parseTerminalSize(options.tty)]
  if (tty !== undefined) requireFreeStreams(stdio)
  return {
    command: file,
    args: parseArgs(args),
    argv0: options.argv0 === undefined ? file : requireText('options.argv0', options.argv0),
    cwd: parseCwd(options.cwd),
    env: parseEnv(options.env),
    stdio,
    tty,
    signal: parseAbortSignal(options.signal),
    timeoutMs: options.timeout === undefined ? 0 : requireCount('options.timeout', options.timeout),
    killSignal:
      options.killSignal === undefined
        ? constants.signals.SIGTERM
        : requireEndingSignal('options.killSignal', options.killSignal),
    forceKillAfterMs:
      options.forceKillAfterMs === undefined
        ? DEFAULT_FORCE_KILL_AFTER_MS
        : requireCount('options.forceKillAfterMs', options.forceKillAfterMs),
  }
}

/** spawn(command, options) as well as spawn(command, args, options). */
export function splitArguments(
  argsOrOptions: unknown,
  maybeOptions: unknown,
): [args: readonly unknown[], options: unknown] {
  if (Array.isArray(argsOrOptions)) return [argsOrOptions, maybeOptions]
  if (argsOrOptions === undefined || argsOrOptions === null) return [[], maybeOptions]
  if (typeof argsOrOptions !== 'object') throw invalidType('args', 'an array', argsOrOptions)
  return [[], argsOrOptions]
}

function refuseUnsandboxed(options: Record<string, unknown>): void {
  if (options.detached) {
    throw invalidValue(
      'options.detached',
      options.detached,
      'is not available: everything that a command starts ends with it',
    )
  }
  if (options.shell) {
    throw invalidValue(
      'options.shell',
      options.shell,
      'is not available: use sandbox.shell(script), or start the shell',
    )
  }
  if (options.windowsVerbatimArguments && process.platform === 'win32') {
    throw invalidValue(
      'options.windowsVerbatimArguments',
      options.windowsVerbatimArguments,
      'is not available: arguments are quoted as programs read them',
    )
  }
  for (const id of ['uid', 'gid'] as const) {
    if (options[id] !== undefined) {
      throw invalidValue(`options.${id}`, options[id], 'is not available: a command runs as the user of this process')
    }
  }
}

function parseArgs(args: readonly unknown[]): string[] {
  return args.map((arg, index) => {
    // child_process turns these into text as well; anything else is more likely a mistake.
    if (typeof arg === 'number' || typeof arg === 'boolean') return String(arg)
    return requireText(`args[${index}]`, arg)
  })
}

function parseCwd(cwd: unknown): string | undefined {
  if (cwd === undefined || cwd === null) return undefined
  if (cwd instanceof URL) {
    if (cwd.protocol !== 'file:') throw invalidValue('options.cwd', cwd.href, 'must be a file: URL')
    return requireText('options.cwd', fileURLToPath(cwd))
  }
  const text = requireText('options.cwd', cwd)
  if (text === '') throw invalidValue('options.cwd', cwd, 'cannot be empty')
  return text
}

/** @throws TypeError naming the variable. */
export function parseEnv(env: unknown): Record<string, string> | undefined {
  if (env === undefined || env === null) return undefined
  const parsed: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(requireObject('options.env', env))) {
    if (value === undefined) continue
    if (name.includes('\0')) throw invalidValue('options.env', name, 'must have names without null bytes')
    if (typeof value === 'number' || typeof value === 'boolean') parsed[name] = String(value)
    else parsed[name] = requireText(`options.env['${name}']`, value)
  }
  return parsed
}

function parseAbortSignal(signal: unknown): AbortSignal | undefined {
  if (signal === undefined) return undefined
  // Not instanceof: a signal may come from another realm.
  if (typeof signal === 'object' && signal !== null && 'aborted' in signal) return signal as AbortSignal
  throw invalidType('options.signal', 'an AbortSignal', signal)
}
