/** What the addon exports. The only description of the boundary; native/binding/ implements it. */
import type {
  AclStep,
  LandlockPlan,
  LimitKind,
  LimitMechanism,
  MountStep,
  SeccompPlan,
  WindowsFacts,
  WritableRoot,
} from '../plan/types.js'

/**
 * The space that a number of Windows is from: `win32`, GetLastError or a function that returns such a number; `hresult`,
 * the functions of pseudoconsoles; `unreported`, a call failed and GetLastError was 0 (the number is 0 then).
 */
export type OsCodeKind = 'win32' | 'hresult' | 'unreported'

/** A failure with its numbers, as it comes from native code (thrown as properties of an Error). */
export interface NativeFailure {
  /** Text name of the stage, from native/core/stage.cc: `linux.mount.bind`. */
  stage: string
  /** The function that failed. Empty: none did, the failure is ours. */
  syscall: string
  /** Positive errno, 0 when the failure is not of a system call. Always 0 on Windows. */
  errno: number
  /** On Windows, of the failure of a call: unsigned. With `osCodeKind`. */
  osCode?: number
  osCodeKind?: OsCodeKind
  path?: string
}

/** The part of a plan that native code carries out. An addon knows the plans of its own system only. */
export type NativePlan = LinuxNativePlan | WindowsNativePlan

export interface WindowsNativePlan {
  mode: 'restricted-token'
  /** Where the capability SIDs are kept. */
  stateDirectory: string
  /** One capability SID each, whose restricting SIDs the token gets. Empty: the read-only SID of the store. */
  roots: WritableRoot[]
  /** Carried out in this order. `origin` is ignored. */
  steps: AclStep[]
  /** Everyone is a restricting SID as well. */
  everyone: boolean
  /** A desktop of its own where there is an interactive window station. */
  privateDesktop: boolean
  limits: NativeLimit[]
}

/** What a step of a plan would do now for one of its roots. Nothing is changed to find out. */
export interface AclReport {
  /** Index into the steps of the plan. */
  step: number
  path: string
  /** The capability SID, in text form. Empty: none was made yet, the first launch makes it. */
  sid: string
  /** The entry of this step is in the path's own ACL. */
  stamped: boolean
  /** What the step asks for holds already, by that entry or an inherited one. */
  effective: boolean
  /** The rights that the ACL gives the SID now; bits of an ACCESS_MASK. */
  rights: number
  /** For people: why it is effective, or what is missing. */
  reason: string
  /** The next launch changes the ACL of the path, or makes the directory that is missing. */
  wouldWrite: boolean
  /** That change goes on to everything below the path. */
  propagates: boolean
}

export interface LinuxNativePlan {
  mode: 'namespaces' | 'bubblewrap' | 'landlock'
  namespaces: string[]
  idMap: 'single' | 'full' | 'none'
  loopback: boolean
  /** `origin` is ignored. */
  mounts: MountStep[]
  bubblewrap?: { executable: string; args: string[] }
  landlock: LandlockPlan | null
  seccomp: SeccompPlan
  limits: NativeLimit[]
}

/** Limits that native code holds. */
export type NativeLimitKind = Exclude<LimitKind, 'wallMs' | 'outputBytes'>

export interface NativeLimit {
  kind: NativeLimitKind
  mechanism: Exclude<LimitMechanism, 'host'>
  value: number
}

/** Holds launches back until stubs are made. */
export interface Gate {
  readonly __gate: unique symbol
}

/** A plan in the form that launches use. Immutable; freed by GC. */
export interface PreparedPlan {
  readonly __preparedPlan: unique symbol
}

export interface NativeSpawnRequest {
  /** argv[0] included. */
  argv: string[]
  /** What is executed: a path with a slash, or a name to look up in PATH of `env` inside the sandbox. */
  file: string
  /** `NAME=value` strings, each ended by NUL: one long string costs the JS thread less than many. */
  env: string
  cwd: string
  /**
   * Host descriptors (on Windows handles) that become 0, 1, 2, ... of the command. -1: /dev/null (NUL). They stay the
   * caller's. On Windows exactly three.
   */
  stdio: number[]
  /** A terminal of this size becomes 0, 1 and 2 of the command, whatever `stdio` says of them. */
  terminal?: { columns: number; rows: number }
  /**
   * `command`: in the runner of the plan, which is made when there is none, where the backend has runners; `session`:
   * the same, without processes of its own; `fresh`, and everywhere else: in a sandbox of its own.
   */
  isolation: 'command' | 'session' | 'fresh'
  /** Nothing starts before it is settled; its failure becomes the launch's. */
  gate?: Gate
  /**
   * When a path of the plan is gone the request is sent again, once; after the event `retry` it waits for proceed().
   * Default: that is a failure at once.
   */
  renews?: boolean
  /** Set up everything, then end with 0 instead of executing. For probing. */
  dryRun?: boolean
}

export interface NativeUsage {
  userUs: number
  systemUs: number
  maxRssBytes: number
  /** From its execution on. */
  wallUs: number
}

export type NativeProcessEvent =
  /** The command was executed. */
  | { type: 'spawned'; terminal?: TerminalHandle }
  /** It did not run (or, stage `linux.watch.lost`, was ended because a protection was lost). */
  | ({ type: 'failed'; cause?: NativeFailure } & NativeFailure)
  /** The same request was sent again, since this kept the first from being executed. */
  | ({ type: 'retry' } & NativeFailure)
  /** The runner of the plan was made anew before this command, for this reason. */
  | ({ type: 'rebuild' } & NativeFailure)
  /** A limit was reached. Comes before `exit`. `used` is in the unit of the limit. */
  | { type: 'limit'; kind: NativeLimitKind; value: number; used: number }
  /**
   * The command ended. Comes after `spawned`. `signal` is a number, 0 if none. On Windows that of the kill() that ended
   * it, and `code` is unsigned.
   */
  | { type: 'exit'; code: number; signal: number; usage: NativeUsage }
  /** Nothing of the sandbox is left: no process, no descriptor. Always the last event. */
  | { type: 'closed' }

export interface NativeProcess {
  /**
   * Of the process that stands for the whole tree, as seen from outside of the sandbox. It is made on another thread:
   * whoever reads this at once may have to wait for it (below 1 ms, or as long as a sandbox takes to be made).
   * Undefined when there is none.
   */
  readonly pid: number | undefined
  /**
   * Ends the whole tree, and `exit` still comes, with the usage of all of it. Only after `spawned`. False when it is
   * gone already.
   */
  end(): boolean
  /** To the command; SIGKILL ends the whole tree, at any time and without `exit`. False when it is gone already. */
  kill(signal: number): boolean
  /** Of a request that `renews`, after `retry`: once the gate is settled, if there is one. Else without effect. */
  proceed(gate?: Gate): void
  ref(): void
  unref(): void
}

export interface StubLease {
  /** Of the paths asked for, those that are held by stub directories (the others exist on their own). */
  readonly held: string[]
  /** Removes the stubs that no other sandbox uses. Idempotent. Rejects with NativeFailure. */
  release(): Promise<void>
}

export interface KernelFacts {
  /** 0: none. */
  landlockAbi: number
  /** errno of landlock_create_ruleset when the ABI is 0. */
  landlockErrno: number
  uid: number
  gid: number
  mapsFullRange: boolean
  /** kernel.pid_max belongs to each pid namespace (Linux 6.14), and its next number can be set. */
  limitsPidNamespaces: boolean
  /** How the launcher is executed: from a sealed memfd, or from its file. */
  helperSource: 'memfd' | 'file'
}

export interface RepositoryScanResult {
  /** Absolute paths of every `.git` entry found (directory or file), top level of the roots included. */
  gitEntries: string[]
  directories: number
  complete: boolean
  /** Directories that could not be read: path and errno. */
  unreadable: Array<{ path: string; errno: number }>
  /** Number of `.git` entries whose path is not valid UTF-8 (cannot be named in a plan). */
  unrepresentable: number
}

/** Our side of a command's terminal, to be opened as an output. Opaque; closed by GC when it was not. */
export interface TerminalHandle {
  readonly __terminalHandle: unique symbol
}

/** How much all outputs of a command may have together. Opaque, shared by its outputs. */
export interface OutputBudget {
  readonly __outputBudget: unique symbol
}

export type NativeOutputEvent =
  /** Of a stream: take() has something. Of a capture: it has ended. Comes only when it is awaited. */
  | 'ready'
  /** The budget was exceeded, by this output. Once for all outputs that share it; nothing passes from then on. */
  | 'exceeded'
  /** Of a terminal, once after write() has taken less than all: there is room, or nobody is left who would read. */
  | 'writable'

/** Of an output that was opened from a TerminalHandle. */
export interface NativeTerminal {
  /** Types bytes. Returns how many were taken. Throws NativeFailure: EIO when it is closed. */
  write(bytes: Uint8Array): number
  /** Throws NativeFailure. */
  resize(columns: number, rows: number): void
  /** The character that ends the input, as it is set now. Undefined: the command reads every byte as it is. */
  endOfInput(): number | undefined
}

interface NativeOutput extends NativeTerminal {
  /** The descriptor, -1 once it is closed. */
  readonly fd: number
  /** Closes the descriptor at once, frees everything, and ends the events. Idempotent. */
  close(): void
  /** Keeps the event loop alive while something is awaited. The default. */
  ref(): void
  unref(): void
}

/** Read on a thread of its own into a bounded number of blocks. */
export interface NativeStream extends NativeOutput {
  /**
   * What was read, in Buffers that own their memory: up to 256 KiB a time. Undefined: nothing now, `ready` comes. Null:
   * the end. Throws NativeFailure.
   */
  take(): Buffer | undefined | null
}

/** Read on a thread of its own; nothing is told before the end. */
export interface NativeCapture extends NativeOutput {
  /** Once, after `ready`. Throws NativeFailure. */
  result(): CapturedBytes
}

export interface CapturedBytes {
  /** Head and tail joined. */
  bytes: Buffer
  /** Where the tail begins: at the end when nothing was dropped. */
  headBytes: number
  /** Between head and tail. */
  droppedBytes: number
}

/** Our end of a command's stdin. */
export interface NativeInput {
  /** One at a time. `done` comes from the event loop; its error is a NativeFailure (109: the command has closed it). */
  write(bytes: Uint8Array, done: (error?: Error | null) => void): void
  /** Closes it when everything is written. */
  end(): void
  /** Closes it at once. Idempotent. A write that is under way may never be done. */
  destroy(): void
}

/** What the addon of every system exports. A descriptor is an open file of POSIX, or a HANDLE of Windows as a number. */
export interface CommonBinding {
  prepare(plan: NativePlan): PreparedPlan
  /** Leaves a message for the launch thread; never forks. Throws NativeFailure for descriptors that cannot be passed. */
  spawn(plan: PreparedPlan, request: NativeSpawnRequest, onEvent: (event: NativeProcessEvent) => void): NativeProcess
  /** Ends the runner of a plan when its commands have ended. Resolves when nothing of the plan is left. */
  closePlan(plan: PreparedPlan): Promise<void>
  /**
   * A pipe for a stdio slot: [read end, write end], neither inherited by chance. `ours` is the end that stays with this
   * process. Throws NativeFailure.
   */
  pipe(ours: 'read' | 'write'): [number, number]
  closeFd(fd: number): void
  /** Closed with the environment, unless by closeFd() before. */
  holdFd(fd: number): void
  /** Somebody else closes it. */
  letGoOfFd(fd: number): void
  outputBudget(limitBytes: number): OutputBudget
  /** Takes the descriptor of a pipe, or the handle, also when it fails. Throws NativeFailure. */
  readOutput(
    source: number | TerminalHandle,
    budget: OutputBudget | undefined,
    onEvent: (event: NativeOutputEvent) => void,
  ): NativeStream
  /** The same; keeps the first and the last half of `maxBytes`. */
  captureOutput(
    source: number | TerminalHandle,
    maxBytes: number,
    budget: OutputBudget | undefined,
    onEvent: (event: NativeOutputEvent) => void,
  ): NativeCapture
  scanRepositories(roots: string[], options: { maxDirectories: number }): Promise<RepositoryScanResult>
}

export interface LinuxBinding extends CommonBinding {
  /** Must be called first. `helperPath` is read once; it may vanish from the disk later. Throws NativeFailure. */
  loadHelper(helperPath: string): void
  kernelFacts(): KernelFacts
  /** Of a terminal of this process: every byte passes as it is. Returns what restoreMode() takes; undefined: none. */
  makeRaw(fd: number): Buffer | undefined
  /** Also from the background; a terminal that is gone is no failure. */
  restoreMode(fd: number, mode: Buffer): void
  gate(): Gate
  /** Settles the gate, then resolves or rejects with NativeFailure. */
  acquireStubs(stateDirectory: string, paths: string[], gate?: Gate): Promise<StubLease>
  /** Removes what crashed processes left. Resolves with the number of stubs removed. */
  sweepStubs(stateDirectory: string): Promise<number>
  /** Runs a tool of the host without a sandbox and without a shell; for `bwrap --help` only. */
  runTool(file: string, args: string[], timeoutMs: number): Promise<{ code: number; signal: number; stdout: string }>
}

export interface WindowsBinding extends CommonBinding {
  /** Throws NativeFailure. */
  windowsFacts(): Omit<WindowsFacts, 'stateDirectory' | 'home'>
  /** Makes a token as a launch does and looks at it. Rejects with the NativeFailure of the step that does not hold. */
  checkToken(): Promise<void>
  /** One report for each step and each of its roots, in their order. Rejects with NativeFailure. */
  examineAcls(plan: WindowsNativePlan, apply: false): Promise<AclReport[]>
  /** Of an open descriptor of the host program, as `spawn` takes it; it stays the descriptor's. Throws NativeFailure. */
  handleOf(fd: number): number
  /** Takes the handle of a pipe's write end, also when it fails. Throws NativeFailure. */
  openInput(handle: number): NativeInput
  /** Forgets the capability SIDs whose roots are gone. Resolves with their number; rejects with NativeFailure. */
  pruneSids(stateDirectory: string): Promise<number>
}

/** Exactly one of the two is there in a process: that of its system. */
export type NativeBinding = LinuxBinding | WindowsBinding

export function isWindowsBinding(binding: NativeBinding): binding is WindowsBinding {
  return 'windowsFacts' in binding
}
