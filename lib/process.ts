/** A command in its sandbox, in the shape of node:child_process.ChildProcess. */
import type { ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { invalidValue } from './argument-errors.js'
import { SandboxError } from './errors.js'
import { isNativeFailure, sandboxErrorOf } from './failure.js'
import type { LaunchEvents, SandboxEvents } from './launch-events.js'
import type {
  NativeBinding,
  NativeFailure,
  NativeProcess,
  NativeProcessEvent,
  TerminalHandle,
} from './native/binding-types.js'
import { chunksOf } from './output-iteration.js'
import { type OutputLimit, outputLimit } from './output-limit.js'
import { type LinesOptions, linesOf, parseLinesOptions } from './output-lines.js'
import type { BackendName } from './plan/types.js'
import type { LimitsPolicy } from './policy/types.js'
import type { ProcessUsage, ReachedLimit } from './result.js'
import { isDeliverable, requireSignal, undeliverableSignal } from './signals.js'
import type { SpawnRequest } from './spawn-options.js'
import { besideTerminal, closedStreams, openStdio } from './stdio.js'
import { requireDimension, Terminal, type TerminalSize } from './terminal.js'
import { abortError, Termination } from './termination.js'

/** As those of a ChildProcess. */
export interface SandboxedProcessEvents {
  /** The command was executed. First of all events. */
  spawn: []
  /**
   * A SandboxError: the command did not run, or (`SANDBOX_PROTECTION_LOST`) was ended by us. An AbortError: the
   * AbortSignal of the options fired.
   */
  error: [error: Error]
  /** The command has ended. Its streams may still have data. */
  exit: [code: number | null, signal: NodeJS.Signals | null]
  /** The streams have ended and everything that the command started is dead. The last event, also after `error`. */
  close: [code: number | null, signal: NodeJS.Signals | null]
}

/** What a process needs of its sandbox. */
export interface ProcessHost {
  readonly binding: NativeBinding
  readonly backend: BackendName
  readonly limits: LimitsPolicy
  readonly events: SandboxEvents
  /** Starts the launcher. Throws NativeFailure. */
  start(request: SpawnRequest, stdio: number[], onEvent: (event: NativeProcessEvent) => void): NativeProcess
  /** Nothing of the process is left. */
  ended(process: SandboxedProcess): void
}

/** A tree of a thousand processes ends within a tenth of it. */
const END_MS = 1_000

type Stdio = ChildProcess['stdio']

/** Made by `sandbox.spawn`. Code written for a ChildProcess works with it. */
export class SandboxedProcess extends EventEmitter<SandboxedProcessEvents> {
  readonly stdin: Writable | null
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  readonly stdio: Stdio
  /**
   * Null while the command runs, and when a signal ended it. When it did not run: -errno, on Windows the number of
   * Windows with a minus sign, and -1 where there is no number. Codes of Windows are unsigned: 0xc0000142.
   */
  exitCode: number | null = null
  signalCode: NodeJS.Signals | null = null
  /** A signal was delivered by kill(). */
  killed = false
  readonly spawnfile: string
  /** argv[0] included. */
  readonly spawnargs: string[]
  /** There is no channel between Node and a sandboxed command. */
  readonly connected = false
  declare readonly channel?: null
  /** Never set: as in a ChildProcess without channel. */
  declare readonly send: ChildProcess['send']
  /** Never set: as in a ChildProcess without channel. */
  declare readonly disconnect: ChildProcess['disconnect']
  /** From `exit` on. */
  usage: ProcessUsage | undefined
  /** The limit of the policy that ended the command, or (`processes`) that it has reached. */
  limit: ReachedLimit | undefined

  readonly #terminal: Terminal | undefined
  readonly #outputLimit: OutputLimit | undefined
  readonly #host: ProcessHost
  readonly #events: LaunchEvents
  readonly #native: NativeProcess | undefined
  readonly #termination: Termination | undefined
  readonly #wallLimited: boolean
  readonly #abortedBefore: boolean
  /** `running` from the event `spawned` on. */
  #state: 'starting' | 'running' | 'ended' = 'starting'
  /** Sent before there was a command to take them. */
  readonly #earlySignals: number[] = []
  #lastResort: NodeJS.Timeout | undefined
  #nativeClosed = false
  #openOutputs = 0
  #closed = false

  constructor(host: ProcessHost, request: SpawnRequest) {
    super()
    this.#host = host
    this.spawnfile = request.command
    this.spawnargs = [request.argv0, ...request.args]
    requireCountable(host, request)
    this.#events = host.events.launch(request.command, () => this.pid)
    this.#abortedBefore = request.signal?.aborted ?? false
    this.#outputLimit = outputLimit(host.binding, host.limits.outputBytes, () => this.#exceedOutput())
    const { native, streams, outputs, terminal, failure } = this.#abortedBefore
      ? notStarted(request)
      : start(host, request, this.#outputLimit, (event) => {
          // Listeners of the user run in a tick of their own, never inside of native code.
          process.nextTick(() => this.#take(event))
        })
    this.#native = native
    this.#terminal = terminal
    this.#events.called()
    this.stdio = streams as unknown as Stdio
    this.#watchOutputs(outputs)
    ;[this.stdin, this.stdout, this.stderr] = this.stdio
    const { wallMs = 0 } = host.limits
    const startMs = performance.now()
    this.#wallLimited = wallMs > 0 && (request.timeoutMs === 0 || wallMs < request.timeoutMs)
    if (native === undefined) {
      process.nextTick(() => (failure === undefined ? this.#neverStart(request) : this.#fail(failure)))
      // After `exit`, which comes a tick later: without streams nothing else keeps `close` back.
      setImmediate(() => this.#take({ type: 'closed' }))
      return
    }
    this.#termination = new Termination(
      { sendSignal: (signal) => this.#sendSignal(signal) },
      {
        ...request,
        timeoutMs: this.#wallLimited ? wallMs : request.timeoutMs,
        onTimeout: () => {
          if (!this.#wallLimited) return
          this.limit ??= { kind: 'wallMs', value: wallMs, used: Math.round(performance.now() - startMs) }
        },
        onAbort: (error) => this.emit('error', error),
      },
    )
  }

  /**
   * Of the process that stands for the whole tree of the command, seen from outside of the sandbox. Undefined when
   * nothing could be started. Made on another thread: reading it right after spawn() may wait for it, for less than a
   * millisecond once the sandbox has run a command.
   */
  get pid(): number | undefined {
    return this.#native?.pid
  }

  /** A launch was begun, with whatever outcome. */
  get started(): boolean {
    return this.#native !== undefined
  }

  /** The time was up: the `timeout` of the options, or the policy's `wallMs`. */
  get timedOut(): boolean {
    return this.#termination?.timedOut ?? false
  }

  /** The AbortSignal of the options ended the command, or kept it from being started. */
  get isCanceled(): boolean {
    return this.#abortedBefore || (this.#termination?.canceled ?? false)
  }

  /**
   * Sends a signal to the command; SIGKILL ends everything that the command started, at once, and on Windows so do
   * SIGTERM, SIGINT and SIGQUIT. Signal 0 only asks.
   *
   * @returns false when the command has ended already.
   * @throws TypeError for an unknown signal. On Windows an Error, `ENOSYS`, for every other signal.
   */
  kill(signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
    const number = requireSignal('signal', signal, 0)
    if (number === 0) return this.#native !== undefined && this.#state !== 'ended'
    if (!isDeliverable(number)) throw undeliverableSignal()
    const delivered = this.#sendSignal(number)
    if (delivered) this.killed = true
    return delivered
  }

  /** The size of the terminal; undefined without the option `tty`. */
  get tty(): TerminalSize | undefined {
    return this.#terminal?.size
  }

  /**
   * Gives the terminal another size, in characters; the foreground job learns it (SIGWINCH). Without effect
   * once the command has ended.
   *
   * @throws TypeError for a size out of 1 to 65535, and without the option `tty`.
   */
  resize(columns: number, rows: number): void {
    const size = [requireDimension('columns', columns), requireDimension('rows', rows)] as const
    if (this.#terminal === undefined) throw invalidValue('options.tty', undefined, 'is needed to resize a terminal')
    this.#terminal.resize(...size)
  }

  ref(): void {
    this.#native?.ref()
  }

  /** The program may end while the command runs; the command ends with it. */
  unref(): void {
    this.#native?.unref()
  }

  /**
   * The chunks of stdout. The loop ends after `close` and throws what `error` says: the command did not run, or was
   * ended by us or by the AbortSignal. Leaving the loop destroys stdout. stderr is not read: a command that writes much
   * to it waits, unless somebody reads it or it is not a pipe.
   *
   * @throws TypeError when stdout is not a pipe.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    if (this.stdout === null) throw invalidValue('stdio[1]', null, "must be 'pipe' to be iterated over")
    return chunksOf(this, this.stdout, this.#closed)
  }

  /**
   * The lines of stdout, decoded as UTF-8, without their `\n` or `\r\n`; the last one also when it has none. Otherwise
   * as iterating over the process.
   *
   * @throws TypeError for a wrong option, and when stdout is not a pipe.
   */
  lines(options?: LinesOptions): AsyncGenerator<string> {
    const maxLineLength = parseLinesOptions(options)
    return linesOf(this[Symbol.asyncIterator](), maxLineLength)
  }

  /** SIGKILL for everything of the command. */
  [Symbol.dispose](): void {
    this.kill('SIGKILL')
  }

  /** SIGKILL for everything of the command; resolves when it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill('SIGKILL')
    if (!this.#closed) await once(this as EventEmitter, 'close')
  }

  #watchOutputs(outputs: readonly NodeJS.EventEmitter[]): void {
    for (const output of outputs) {
      this.#openOutputs++
      output.once('close', () => {
        this.#openOutputs--
        this.#closeWhenAllEnded()
      })
    }
  }

  #exceedOutput(): void {
    const { outputBytes: value = 0 } = this.#host.limits
    // Who writes has been executed, even where the event that says so is still on its way.
    if (this.#state !== 'ended' && this.#endTree()) this.limit ??= { kind: 'outputBytes', value, used: value }
  }

  #sendSignal(signal: number): boolean {
    if (this.#state === 'ended' || this.#native === undefined) return false
    // Whoever is there before the command would not end by it as the command does.
    if (this.#state === 'starting' && signal !== constants.signals.SIGKILL) {
      this.#earlySignals.push(signal)
      return true
    }
    return signal === constants.signals.SIGKILL && this.#state === 'running'
      ? this.#endTree()
      : this.#native.kill(signal)
  }

  /** With the usage told, if whoever is to tell it is not stuck. */
  #endTree(): boolean {
    const native = this.#native
    this.#lastResort ??= setTimeout(() => native?.kill(constants.signals.SIGKILL), END_MS).unref()
    return native?.end() ?? false
  }

  #take(event: NativeProcessEvent): void {
    switch (event.type) {
      case 'spawned':
        this.#state = 'running'
        this.#openTerminal(event.terminal)
        for (const signal of this.#earlySignals) this.#native?.kill(signal)
        this.#events.spawned()
        this.emit('spawn')
        break
      case 'failed':
        this.#fail(event)
        break
      case 'retry':
        this.#events.retried(event)
        break
      case 'rebuild':
        this.#events.rebuilt(event)
        break
      case 'limit': {
        const { kind, value, used } = event
        this.limit ??= { kind, value, used }
        break
      }
      case 'exit':
        this.usage = event.usage
        this.#end(...exitOf(event.code, event.signal))
        break
      case 'closed':
        this.#nativeClosed = true
        this.#terminal?.closed()
        if (this.#state !== 'ended') this.#endWithoutReport()
        this.#closeWhenAllEnded()
    }
  }

  #openTerminal(handle: TerminalHandle | undefined): void {
    if (handle === undefined) return
    try {
      this.#terminal?.open(this.#host.binding, handle, this.#outputLimit)
    } catch (error) {
      if (!isNativeFailure(error)) throw error
      this.#native?.kill(constants.signals.SIGKILL)
      this.#fail(error)
    }
  }

  #fail(failure: NativeFailure): void {
    if (this.#state === 'ended') return
    const error = sandboxErrorOf(failure, { backend: this.#host.backend })
    if (this.#state === 'running') {
      process.nextTick(() => this.#end(null, 'SIGKILL'))
    } else {
      this.#settle(-(failure.errno || failure.osCode || 1), null)
    }
    this.#events.failed(error)
    this.emit('error', error)
  }

  /** The events of a ChildProcess, which is started and ended at once; here the command is not started. */
  #neverStart({ signal, killSignal }: SpawnRequest): void {
    this.#settle(...exitOf(0, killSignal))
    process.nextTick(() => this.#emitExit())
    this.emit('error', abortError(signal?.reason))
  }

  /** The whole tree went at once, and with it whoever would have reported: by our SIGKILL, or by somebody else's. */
  #endWithoutReport(): void {
    const notStarted = this.#state === 'starting' && !this.killed && !this.timedOut && !this.isCanceled
    if (notStarted && this.limit === undefined) {
      const windows = this.#host.backend === 'restricted-token'
      this.#fail({ stage: windows ? 'windows.launch.lost' : 'linux.helper.lost', syscall: '', errno: 0 })
    } else {
      this.#end(null, 'SIGKILL')
    }
  }

  #end(exitCode: number | null, signalCode: NodeJS.Signals | null): void {
    if (this.#state === 'ended') return
    this.#settle(exitCode, signalCode)
    this.#emitExit()
  }

  #emitExit(): void {
    const { exitCode, signalCode: signal, timedOut, isCanceled, limit, usage } = this
    this.#events.exited(() => ({
      exitCode,
      signal,
      timedOut,
      isCanceled,
      ...(limit !== undefined && { limit: { ...limit } }),
      ...(usage !== undefined && { usage: { ...usage } }),
    }))
    this.emit('exit', exitCode, signal)
    this.#terminal?.commandEnded()
  }

  #settle(exitCode: number | null, signalCode: NodeJS.Signals | null): void {
    this.#state = 'ended'
    this.exitCode = exitCode
    this.signalCode = signalCode
    this.#termination?.commandEnded()
    clearTimeout(this.#lastResort)
    this.stdin?.destroy()
    // Output that nobody reads must not keep `close` back. After the listeners of `exit`, which may want to read it.
    setImmediate(() => this.#drain())
  }

  #drain(): void {
    for (const stream of [this.stdout, this.stderr]) {
      if (stream?.readable && stream.listenerCount('readable') === 0) stream.resume()
    }
  }

  #closeWhenAllEnded(): void {
    if (this.#closed || !this.#nativeClosed || this.#openOutputs > 0 || this.#state !== 'ended') return
    this.#closed = true
    this.#host.ended(this)
    this.#events.closed()
    this.emit('close', this.exitCode, this.signalCode)
  }
}

interface Started {
  native?: NativeProcess
  streams: Array<Writable | Readable | null>
  /** What has to close before the process does. */
  outputs: NodeJS.EventEmitter[]
  terminal?: Terminal
  failure?: NativeFailure
}

/** A failure of the system becomes an event later; a mistake of ours is thrown. */
function start(
  host: ProcessHost,
  request: SpawnRequest,
  limit: OutputLimit | undefined,
  onEvent: (event: NativeProcessEvent) => void,
): Started {
  if (request.tty !== undefined) return startOnTerminal(host, request, request.tty, onEvent)
  const opened = orFailure(() => openStdio(host.binding, request.stdio, limit))
  if ('failure' in opened) return { ...notStarted(request), failure: opened.failure }
  const { descriptors, streams, outputs, closeChildEnds } = opened.value
  try {
    const native = orFailure(() => host.start(request, descriptors, onEvent))
    return { streams, outputs, ...('failure' in native ? native : { native: native.value }) }
  } catch (error) {
    for (const end of [streams[0], ...outputs]) end?.destroy()
    throw error
  } finally {
    closeChildEnds()
  }
}

/** The streams of a terminal are there at once, the terminal itself comes with the event `spawned`. */
function startOnTerminal(
  host: ProcessHost,
  request: SpawnRequest,
  size: TerminalSize,
  onEvent: (event: NativeProcessEvent) => void,
): Started {
  const captured = request.stdio.find((slot) => slot.kind === 'capture')
  const terminal = new Terminal(size, captured?.capture)
  const beside = besideTerminal(request.stdio)
  const streams = beside.map((_, index) => [terminal.input, terminal.stream][index] ?? null)
  const started = orFailure(() => host.start(request, beside, onEvent))
  if ('failure' in started) terminal.destroy()
  return 'failure' in started
    ? { ...notStarted(request), ...started }
    : { native: started.value, streams, outputs: [terminal.output], terminal }
}

function notStarted(request: SpawnRequest): Started {
  const slots = request.tty === undefined ? request.stdio : request.stdio.slice(0, 2)
  const streams = closedStreams(slots)
  while (streams.length < request.stdio.length) streams.push(null)
  return { streams, outputs: streams.slice(1).filter((stream) => stream !== null) }
}

/** Output that goes past this process cannot be counted. */
function requireCountable({ limits, backend }: ProcessHost, { stdio }: SpawnRequest): void {
  if (limits.outputBytes === undefined || !stdio.slice(1).some((slot) => slot.kind === 'fd')) return
  throw new SandboxError('limits.outputBytes cannot be enforced for output that is not a pipe', {
    code: 'SANDBOX_POLICY_UNENFORCEABLE',
    stage: 'process.output-limit',
    backend,
    hint: "give stdout and stderr the stdio 'pipe' or 'ignore'",
  })
}

function orFailure<T>(action: () => T): { value: T } | { failure: NativeFailure } {
  try {
    return { value: action() }
  } catch (error) {
    if (isNativeFailure(error)) return { failure: error }
    throw error
  }
}

const SIGNAL_NAMES = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]),
)

/** Realtime signals have no name in Node: they become the exit code that a shell gives. */
function exitOf(code: number, signal: number): [exitCode: number | null, signalCode: NodeJS.Signals | null] {
  if (signal === 0) return [code, null]
  const name = SIGNAL_NAMES.get(signal)
  return name === undefined ? [128 + signal, null] : [null, name]
}
