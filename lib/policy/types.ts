/**
 * The words of a policy: what a user states (`Policy`) and what planning works on (`ResolvedPolicy`).
 *
 * A `Policy` may be partial, relative and symbolic. A `ResolvedPolicy` is absolute, canonical and
 * complete: no step after resolution looks at the file system to find out what a rule means.
 */

/** What a command may do with a path. `none` is the resolved spelling of `none` and `deny`. */
export type Access = 'read' | 'write' | 'none'

/** `deny` is accepted as another spelling of `none`. */
export type AccessInput = Access | 'deny'

export type PresetName = 'read-only' | 'workspace-write'

export type NetworkMode = 'none' | 'proxy' | 'unrestricted'

/** One thing that can be enforced. The order is the order of reports. */
export const PROTECTIONS = [
  /** Files outside the writable roots cannot be created, changed, renamed or deleted. */
  'file-writes',
  /** Denied paths and paths without a rule cannot be read. */
  'file-reads',
  /** Read-only subpaths of writable roots hold, missing ones included. */
  'protected-paths',
  /** Nested repositories that existed at the start keep their hooks and config read-only. */
  'nested-repositories',
  /** The network mode holds for every socket family. */
  'network',
  /** Unix sockets of the host, path and abstract, cannot be reached. */
  'unix-sockets',
  /** Processes of the host cannot be signalled or traced; everything the command started dies with it. */
  'processes',
  /** Dangerous system calls are refused. */
  'system-calls',
] as const
export type Protection = (typeof PROTECTIONS)[number]

/** How much a protection matters: `strict` (default) refuses to run without it. */
export type Requirement = 'strict' | 'best-effort' | 'off'

export interface NetworkPolicy {
  mode?: NetworkMode
  /** Hosts that mode `proxy` lets through: `host`, `*.host`, each with an optional `:port`. */
  allow?: string[]
  /** Hosts that mode `proxy` refuses; wins over `allow`. */
  deny?: string[]
}

export interface EnvironmentPolicy {
  /** What is taken from the host's environment. `core` is the short list in environment.ts. */
  inherit?: 'all' | 'core' | 'none'
  /** Case-insensitive globs of names to drop, applied after `inherit`. */
  exclude?: string[]
  /** Variables to set, applied after `exclude`. */
  set?: Record<string, string>
  /** If not empty, only names that match one of these globs stay; applied last. */
  includeOnly?: string[]
}

export interface LimitsPolicy {
  memoryBytes?: number
  processes?: number
  cpuSeconds?: number
  wallMs?: number
  openFiles?: number
  fileSizeBytes?: number
  outputBytes?: number
}

/** A policy as users write it, in TypeScript, JSON or TOML. Immutable by convention. */
export interface Policy {
  extends?: PresetName
  filesystem?: Record<string, AccessInput>
  network?: NetworkPolicy
  environment?: EnvironmentPolicy
  limits?: LimitsPolicy
  /** Lets the command make user namespaces of its own (browsers, bwrap). Default false. */
  nested?: boolean
  protections?: Partial<Record<Protection, Requirement>>
}

/**
 * A path that is absolute, without `.`/`..`/doubled slashes, no trailing slash but for `/`. On Windows `C:\dir` or
 * `\\server\share\dir`, with a trailing backslash for the root of a drive or share only; `/` stands for all drives.
 */
export type AbsolutePath = string

/** Where a rule comes from, for `explain` and error messages. */
export interface RuleOrigin {
  kind: 'user' | 'preset' | 'minimal' | 'protected' | 'repository' | 'glob' | 'internal'
  /** The rule as written: `./docs`, `:tmpdir`, a glob, or the protected name. */
  rule: string
  /** The policy file, if the rule is from one. */
  file?: string
}

export interface ResolvedRule {
  /** Canonical: no existing component is a symbolic link. */
  path: AbsolutePath
  access: Access
  /** What was at the path when the policy was resolved. The parent of a `missing` read or none rule exists. */
  type: 'directory' | 'file' | 'missing'
  origin: RuleOrigin
}

/** A symbolic link that lies on the way of a rule as written; allow-list reading makes it anew. */
export interface ResolvedSymlink {
  path: AbsolutePath
  /** The link's content, as readlink(2) gives it. */
  target: string
}

export interface RepositoryScan {
  /** Directories visited. */
  directories: number
  /** Repositories found below the top level of the writable roots. */
  repositories: number
  /** False when a limit ended the scan before the trees did. */
  complete: boolean
  maxDirectories: number
}

export interface ResolvedPolicy {
  cwd: AbsolutePath
  /**
   * Sorted by depth (number of components), then by path; no two with the same path.
   * The rule for a path is the deepest one that contains it; no rule: no access.
   * A rule for `/` is the first, if there is one. Only what changes something is listed:
   * a rule with the same access as its nearest ancestor rule is dropped, except protected ones.
   */
  rules: ResolvedRule[]
  symlinks: ResolvedSymlink[]
  network: { mode: NetworkMode; allow: string[]; deny: string[] }
  environment: {
    inherit: 'all' | 'core' | 'none'
    exclude: string[]
    set: Record<string, string>
    includeOnly: string[]
  }
  limits: LimitsPolicy
  nested: boolean
  protections: Record<Protection, Requirement>
  scan: RepositoryScan
  /** For people: unknown `:tokens`, rules that match nothing, limits reached. */
  warnings: string[]
}
