/**
 * A plan: what each rule of a resolved policy becomes on one backend, as plain data.
 *
 * Planning is pure: (ResolvedPolicy, MachineFacts) -> Plan. `explain` prints it, golden tests compare it,
 * the native core carries it out step by step and stops at the first step that fails.
 */
import type { AbsolutePath, LimitsPolicy, Protection, ResolvedPolicy, RuleOrigin } from '../policy/types.js'

/** In the order of the ladder of each system. */
export const BACKENDS = ['namespaces', 'bubblewrap', 'landlock', 'restricted-token'] as const
export type BackendName = (typeof BACKENDS)[number]
export type LinuxBackendName = Exclude<BackendName, 'restricted-token'>

/** What planning has to know of the machine. Found by probing, passed in, never looked up. */
export type MachineFacts = LinuxFacts | WindowsFacts

/** Of the backends of Windows. */
export interface WindowsFacts {
  /** Of Windows: 19045. */
  build: number
  /** Roots of volumes that keep no ACLs (FAT, exFAT), which no ACL protects. */
  volumesWithoutAcls: AbsolutePath[]
  /** The window station is shown to somebody: commands get a desktop of their own. */
  interactive: boolean
  /** The process runs with the rights of an administrator, which commands do not get. */
  elevated: boolean
  /** Directory of ringfence's own state; no command can write it. */
  stateDirectory: AbsolutePath
  /** The profile of the user, which is too much to be opened as a whole. */
  home: AbsolutePath
}

/** Of the backends of Linux. */
export interface LinuxFacts {
  uid: number
  gid: number
  /** True when the launcher may map the full id range (real root with CAP_SETUID and CAP_SETGID). */
  mapsFullRange: boolean
  /** Highest Landlock ABI of the kernel, 0 when there is none. Tests cap it. */
  landlockAbi: number
  /** False where a new /proc cannot be mounted (masked /proc in containers). */
  mountsProc: boolean
  /** True when kernel.pid_max belongs to each pid namespace (Linux 6.14). */
  limitsPidNamespaces: boolean
  arch: 'x64' | 'arm64'
  /** Set when bwrap is there. */
  bubblewrap?: { executable: AbsolutePath; version: string; flags: string[] }
  /** Directory of ringfence's own state, 0700; denied to every command. Holds masks/ and stubs/. */
  stateDirectory: AbsolutePath
}

/**
 * One step of building the file system view, in the order of execution.
 *
 * `optional`: skipped when the path, found when the policy was resolved, is gone when a command starts. Such are
 * nested repositories that were removed meanwhile, and hidden paths that the command cannot make itself.
 */
export type MountStep =
  /** Make everything that is visible read-only (recursively), nosuid, nodev, private. */
  | { op: 'readonly-root' }
  /** Leave everything writable as the host has it, but nosuid and private. */
  | { op: 'writable-root' }
  /** Start from an empty root; only what later steps bring in exists (allow-list reading). */
  | { op: 'empty-root' }
  /** Show the host's tree at `path` with this access. Its source is opened before anything changes. */
  | { op: 'bind'; path: AbsolutePath; access: 'read' | 'write'; type: 'directory' | 'file'; origin: RuleOrigin }
  /** Bind a directory on itself so that it can be neither renamed nor removed. */
  | { op: 'pin'; path: AbsolutePath; optional: boolean; origin: RuleOrigin }
  /**
   * A protected path, whether or not something is there when a command starts: it is read-only, and where nothing is,
   * an empty directory on the host holds its place.
   */
  | { op: 'stub'; path: AbsolutePath; optional: boolean; origin: RuleOrigin }
  /** Hide what is at `path`. `search`: something below is shown again, so the directory can be passed. */
  | {
      op: 'mask'
      path: AbsolutePath
      type: 'directory' | 'file'
      search: boolean
      optional: boolean
      origin: RuleOrigin
    }
  /** Make a symbolic link (only after `empty-root`). */
  | { op: 'symlink'; path: AbsolutePath; target: string }
  /** New /proc of the own pid namespace; `host` keeps the host's, read-only, where mounting is refused. */
  | { op: 'proc'; source: 'new' | 'host'; readonlyControls: boolean }
  /** Minimal /dev. */
  | { op: 'dev' }
  /** Hide the host's network interfaces in /sys. */
  | { op: 'sys-net' }

export interface LandlockRule {
  path: AbsolutePath
  /** Bits of LANDLOCK_ACCESS_FS_*. */
  access: number
  /** A path that may be missing (device nodes). Default false: missing is an error. */
  optional?: boolean
}

export interface LandlockPlan {
  /** The ABI that the numbers below are for: min(kernel, highest known). */
  abi: number
  handledFs: number
  handledNet: number
  scoped: number
  rules: LandlockRule[]
}

export interface SeccompPlan {
  /** Allows namespaces and mounts of the command's own. */
  nested: boolean
  /** `none`: only unix sockets; `loopback`: also inet inside an own network namespace; `inet`: host network. */
  sockets: 'none' | 'loopback' | 'inet'
  /** `own`: connect() is checked, only sockets of the same sandbox; `pairs`: only socketpair(). */
  unixSockets: 'own' | 'pairs'
}

export type EnforcementLevel = 'full' | 'partial' | 'none' | 'off'
export type Enforcement = Record<Protection, { level: EnforcementLevel; by: string; reason?: string }>

export type LimitKind = keyof LimitsPolicy

/**
 * `rlimit`: the kernel, for each process. `pid-max`: the kernel, for the pid namespace. `watchdog`: the first process of
 * the sandbox looks at what all of them use, and ends them. `job`: the kernel of Windows, for the job of the command.
 * `host`: the program that uses ringfence.
 */
export type LimitMechanism = 'rlimit' | 'pid-max' | 'watchdog' | 'job' | 'host'

export interface PlannedLimit {
  kind: LimitKind
  value: number
  mechanism: LimitMechanism
  /** False: what is used can pass the value for a moment, or in a way that the note names. */
  exact: boolean
  /** The mechanism for people, in the kernel's words. */
  by: string
  /** What is counted, and what happens at the limit. */
  note: string
}

/** A writable root on Windows. */
export interface WritableRoot {
  path: AbsolutePath
  /**
   * Stands for what is taken away inside the root. Together with the path it names the capability SID, so that plans
   * that take away something else never meet each other's denials. At most 64 characters.
   */
  variant: string
}

/**
 * One change of the ACL of a path, in force for the capability SIDs of the roots that are named by their index.
 *
 * `optional`: skipped when the path, found when the policy was resolved, is gone when a command starts.
 */
export type AclStep =
  /** The root may be read, written and executed, with everything below it that inherits. */
  | { op: 'grant'; path: AbsolutePath; root: number; origin: RuleOrigin }
  /**
   * Nothing of it may be written, removed or renamed, with everything below. `missing`: an empty directory holds the
   * place while a command runs.
   */
  | {
      op: 'deny'
      path: AbsolutePath
      roots: number[]
      type: 'directory' | 'file' | 'missing'
      optional: boolean
      origin: RuleOrigin
    }
  /** A directory on the way to such a path can be neither renamed nor removed. Not inherited. */
  | { op: 'pin'; path: AbsolutePath; roots: number[]; optional: boolean; origin: RuleOrigin }

/** How a backend holds a kind of limit, or why it does not. */
export type LimitMeans = { means: Omit<PlannedLimit, 'kind' | 'value'> } | { reason: string }

interface CommonPlan {
  cwd: AbsolutePath
  /** One for each limit of the policy. */
  limits: PlannedLimit[]
  enforcement: Enforcement
  /** What the policy's own wishes give up here (nested, unrestricted network), and limits, for people. */
  notes: string[]
}

export interface RestrictedTokenPlan extends CommonPlan {
  backend: 'restricted-token'
  stateDirectory: AbsolutePath
  roots: WritableRoot[]
  steps: AclStep[]
  /** Everyone is among the restricting SIDs: what everyone may write can be written. */
  everyone: boolean
  privateDesktop: boolean
}

export type Plan = LinuxPlan | RestrictedTokenPlan

export interface LinuxPlan extends CommonPlan {
  backend: LinuxBackendName
  /** Namespaces to make, in the kernel's words. Empty for landlock. */
  namespaces: Array<'user' | 'mount' | 'pid' | 'ipc' | 'net' | 'uts' | 'cgroup'>
  /** `single`: own uid and gid; `full`: every id of the parent namespace as it is. */
  idMap: 'single' | 'full' | 'none'
  /** namespaces: the steps. bubblewrap: the same steps, for `explain`; `bubblewrap.args` is what runs. */
  mounts: MountStep[]
  bubblewrap?: { executable: AbsolutePath; args: string[] }
  /** Paths that must be held by a stub directory on the host while a command runs. */
  stubs: AbsolutePath[]
  landlock: LandlockPlan | null
  seccomp: SeccompPlan
}

/** One rule that a backend cannot enforce. */
export interface UnenforceableRule {
  /** The rule for people: `deny /home/u/.ssh (from "~/.ssh")`, `network none`, `limits.memoryBytes`. */
  rule: string
  reason: string
  /** Backends that could enforce it, available here or not. */
  enforcedBy: BackendName[]
}

export type PlanResult<Made extends Plan = Plan> =
  | { ok: true; plan: Made }
  | { ok: false; backend: BackendName; unenforceable: UnenforceableRule[] }
export type Planner<Facts extends MachineFacts, Made extends Plan> = (
  policy: ResolvedPolicy,
  facts: Facts,
) => PlanResult<Made>
export type LinuxPlanner = Planner<LinuxFacts, LinuxPlan>
