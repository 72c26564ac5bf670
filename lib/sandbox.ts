/** A policy in force on this machine: runs commands under it. */
import { constants } from 'node:os'
import { resolve } from 'node:path'
import { unavailableHere } from './argument-errors.js'
import { SandboxError } from './errors.js'
import { collect, type ExecOptions, parseExecOptions } from './exec.js'
import { asSandboxError } from './failure.js'
import { isolationFor } from './isolation.js'
import { chooseBackend } from './ladder.js'
import { SandboxEvents } from './launch-events.js'
import {
  isWindowsBinding,
  type NativeBinding,
  type NativeFailure,
  type NativeProcess,
  type NativeProcessEvent,
  type PreparedPlan,
} from './native/binding-types.js'
import { nativePlanOf } from './native-plan.js'
import type { Plan } from './plan/types.js'
import { EnvironmentBlock } from './policy/environment-block.js'
import type { ResolvedPolicy } from './policy/types.js'
import { type BackendProbe, backendProbe } from './probe/probe.js'
import type { ProbeRequest } from './probe/status.js'
import { type ProcessHost, SandboxedProcess } from './process.js'
import type { ExecResult } from './result.js'
import type { Isolation, SandboxOptions } from './sandbox-options.js'
import { requireUsableState, resolveRequest } from './sandbox-request.js'
import { parseSpawn, type SpawnOptions, type SpawnRequest, splitArguments } from './spawn-options.js'
import { StubLeases, stubPaths } from './stub-leases.js'
import { publishWarning } from './warnings.js'

/** With the default `stdio`, all three streams are there. */
export type PipedProcess = SandboxedProcess & {
  readonly stdin: NonNullable<SandboxedProcess['stdin']>
  readonly stdout: NonNullable<SandboxedProcess['stdout']>
  readonly stderr: NonNullable<SandboxedProcess['stderr']>
}

/** With `tty`: `stdin` types, `stdout` is what the terminal shows. */
export type TerminalProcess = SandboxedProcess & {
  readonly stdin: NonNullable<SandboxedProcess['stdin']>
  readonly stdout: NonNullable<SandboxedProcess['stdout']>
  readonly stderr: null
}

type PipedOptions = SpawnOptions & { stdio?: 'pipe' | undefined; tty?: undefined }
type TerminalOptions = SpawnOptions & { tty: NonNullable<SpawnOptions['tty']> }
type BufferOptions = ExecOptions & { encoding: 'buffer' }

export interface Explanation {
  /** What each rule becomes, by which backend. */
  plan: Plan
  /** The policy after defaults, paths and globs. */
  policy: ResolvedPolicy
  /** The backends that were tried, the one in use last. */
  probes: BackendProbe[]
}

interface SandboxParts {
  isolation: Isolation
  binding: NativeBinding
  explanation: Explanation
  prepared: PreparedPlan
  env: Readonly<Record<string, string | undefined>>
  /** Absent where native code sees to the placeholders itself. */
  stubs?: Omit<ConstructorParameters<typeof StubLeases>[0], 'onReleaseFailure'>
  warnings: string[]
}

export class Sandbox {
  readonly #parts: SandboxParts
  readonly #stubs: StubLeases | undefined
  readonly #environment: EnvironmentBlock
  readonly #host: ProcessHost
  readonly #running = new Set<SandboxedProcess>()
  readonly #warnings: string[]
  #closing: Promise<void> | undefined
  #onIdle: (() => void) | undefined

  private constructor(parts: SandboxParts) {
    this.#parts = parts
    this.#warnings = [...parts.warnings]
    const { stubs } = parts
    if (stubs !== undefined) this.#stubs = new StubLeases({ ...stubs, onReleaseFailure: (error) => this.#warn(error) })
    this.#environment = new EnvironmentBlock(parts.explanation.policy.environment, parts.env)
    this.#host = {
      binding: parts.binding,
      backend: parts.explanation.plan.backend,
      limits: parts.explanation.policy.limits,
      events: new SandboxEvents(parts.explanation.plan.backend),
      start: (request, stdio, onEvent) => this.#start(request, stdio, onEvent),
      ended: (process) => this.#ended(process),
    }
  }

  /**
   * Resolves the policy, tries the backends in order, and takes the first that can start here and enforces all of it.
   *
   * The file system is looked at now: paths that appear or vanish later are protected as far as the plan holds them,
   * and a command whose plan no longer fits does not start.
   *
   * Rejects with a TypeError that names the field for a mistake of the caller; with a SandboxError
   * `SANDBOX_POLICY_UNENFORCEABLE` when backends can start but none enforces the policy (`unenforceable` lists the
   * rules of the first), `SANDBOX_BACKEND_UNAVAILABLE` when none can start (`cause` is an AggregateError with one
   * error for each), and others for paths and state that cannot be used. It never falls back to less.
   */
  static async create(options: SandboxOptions): Promise<Sandbox> {
    const { parsed, policy, request } = await resolveRequest(options)
    const { binding } = request
    try {
      const { plan, statuses } = await chooseBackend(parsed.order, policy, request)
      requireUsableState(plan)
      const isolation = isolationFor(parsed.isolation, plan)
      return new Sandbox({
        binding,
        explanation: { plan, policy, probes: statuses.map(backendProbe) },
        prepared: binding.prepare(nativePlanOf(plan)),
        env: parsed.env,
        isolation,
        ...(await stubsOf(plan, policy, request)),
        warnings: [...policy.warnings, ...statuses.flatMap(({ warning }) => warning ?? [])],
      })
    } catch (error) {
      throw asSandboxError(error)
    }
  }

  /** In the messages of diagnostics channels: `sandbox`. */
  get id(): string {
    return this.#host.events.id
  }

  /** For people: what in the policy has no effect, what is old on this machine, what could not be cleaned up. */
  get warnings(): readonly string[] {
    return [...this.#warnings]
  }

  /**
   * Starts a command, as node:child_process.spawn does. The command is a path, or a name that is looked up in the
   * PATH of its environment inside of the sandbox. No shell is involved.
   *
   * When the command cannot be started the process emits a SandboxError as `error`, then `close`.
   *
   * @throws TypeError that names the field, before anything starts. SandboxError `SANDBOX_CLOSED` after close();
   *   `SANDBOX_POLICY_UNENFORCEABLE` when the policy limits output that would not pass through pipes.
   */
  spawn(command: string, options?: PipedOptions): PipedProcess
  spawn(command: string, args?: readonly string[] | null, options?: PipedOptions): PipedProcess
  spawn(command: string, options: TerminalOptions): TerminalProcess
  spawn(command: string, args: readonly string[] | null | undefined, options: TerminalOptions): TerminalProcess
  spawn(command: string, options: SpawnOptions): SandboxedProcess
  spawn(command: string, args: readonly string[] | null | undefined, options: SpawnOptions): SandboxedProcess
  spawn(command: string, args?: unknown, options?: unknown): SandboxedProcess {
    return this.#run(parseSpawn(command, args, options))
  }

  #run(request: SpawnRequest): SandboxedProcess {
    if (this.#closing !== undefined) {
      throw new SandboxError('the sandbox is closed', { code: 'SANDBOX_CLOSED', stage: 'sandbox.closed' })
    }
    const process = new SandboxedProcess(this.#host, request)
    this.#running.add(process)
    return process
  }

  /**
   * Runs a command to its end and collects what it writes. The exit code, a signal, a timeout and an abort are part
   * of the result.
   *
   * Rejects with a SandboxError when the command did not run, or was ended since a protection was lost (then with
   * `result`); with a TypeError as spawn() throws it.
   */
  exec(command: string, options: BufferOptions): Promise<ExecResult<Buffer>>
  exec(command: string, args: readonly string[] | null | undefined, options: BufferOptions): Promise<ExecResult<Buffer>>
  exec(command: string, options?: ExecOptions): Promise<ExecResult>
  exec(command: string, args?: readonly string[] | null, options?: ExecOptions): Promise<ExecResult>
  async exec(command: string, args?: unknown, options?: unknown): Promise<ExecResult<string | Buffer>> {
    const [list, given] = splitArguments(args, options)
    const parsed = parseExecOptions(given)
    const request = parseSpawn(command, list, given)
    return collect(
      (stdio) => this.#run({ ...request, stdio }),
      { ...parsed, tty: request.tty !== undefined },
      this.#parts.explanation.plan.enforcement,
    )
  }

  /**
   * spawn('bash', ['-c', script]). The script is the shell's: quote what does not come from you.
   *
   * @throws as spawn(). On Windows a TypeError, always: there is no shell that all machines have and that reads
   *   arguments as other programs do. Name one: spawn('bash.exe', ['-c', script]).
   */
  shell(script: string, options?: PipedOptions): PipedProcess
  shell(script: string, options: TerminalOptions): TerminalProcess
  shell(script: string, options: SpawnOptions): SandboxedProcess
  shell(script: string, options: SpawnOptions = {}): SandboxedProcess {
    requireShell()
    return this.spawn('bash', ['-c', script], options)
  }

  /** What is in force, as data. A copy. */
  explain(): Explanation {
    return structuredClone(this.#parts.explanation)
  }

  /**
   * Starts no more commands, waits for those that run, and removes the placeholder directories. Idempotent.
   *
   * Rejects with a SandboxError when they cannot be removed; the next sandbox tries again.
   */
  close(): Promise<void> {
    this.#closing ??= this.#finish()
    return this.#closing
  }

  /** Ends every command with SIGKILL, then as close(). */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#running) process.kill('SIGKILL')
    await this.close()
  }

  async #finish(): Promise<void> {
    if (this.#running.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    }
    try {
      await this.#parts.binding.closePlan(this.#parts.prepared)
      await this.#stubs?.release()
    } catch (error) {
      throw asSandboxError(error)
    }
  }

  #start(request: SpawnRequest, stdio: number[], onEvent: (event: NativeProcessEvent) => void): NativeProcess {
    const { binding, prepared, explanation } = this.#parts
    const { policy } = explanation
    const env = this.#environment.of(request.env)
    const gate = this.#stubs?.hold()
    try {
      const process = binding.spawn(
        prepared,
        {
          argv: [request.argv0, ...request.args],
          file: request.command,
          env,
          cwd: request.cwd === undefined ? policy.cwd : resolve(policy.cwd, request.cwd),
          stdio,
          ...(request.tty !== undefined && { terminal: request.tty }),
          isolation: this.#parts.isolation,
          renews: true,
          ...(gate !== undefined && { gate }),
        },
        (event) => {
          if (event.type === 'retry' && isOutdated(event)) process.proceed(this.#stubs?.remake())
          if (event.type === 'failed' && isOutdated(event)) this.#stubs?.renew()
          onEvent(event)
        },
      )
      return process
    } catch (error) {
      this.#stubs?.letGo()
      throw error
    }
  }

  #ended(process: SandboxedProcess): void {
    this.#running.delete(process)
    if (process.started) this.#stubs?.letGo()
    if (this.#running.size === 0) this.#onIdle?.()
  }

  #warn(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#warnings.push(message)
    publishWarning(message)
  }
}

function requireShell(): void {
  if (process.platform !== 'win32') return
  const instead =
    "name the shell: spawn('bash.exe', ['-c', script]), for instance; cmd.exe reads lines by rules of its own"
  throw unavailableHere('sandbox.shell', instead)
}

async function stubsOf(
  plan: Plan,
  policy: ResolvedPolicy,
  { binding, stateDirectory }: ProbeRequest,
): Promise<Pick<SandboxParts, 'stubs'>> {
  if (plan.backend === 'restricted-token' || isWindowsBinding(binding)) return {}
  return { stubs: { binding, stateDirectory, paths: await stubPaths(plan, policy) } }
}

/**
 * A path that was held or hidden is gone: the host has changed it since the stubs were made. bwrap does not say what it
 * misses. All but that is what native code sends again.
 */
function isOutdated({ stage, errno }: NativeFailure): boolean {
  if (stage === 'linux.bubblewrap.setup') return true
  return stage.startsWith('linux.mount.') && errno === constants.errno.ENOENT
}
