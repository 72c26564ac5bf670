/** Resolved policies and machines to plan for. Paths are made up: planning never looks at a file system. */
import { LINUX_PLANNERS } from '../../../lib/plan/planners.js'
import type { LinuxBackendName, LinuxFacts, LinuxPlan, UnenforceableRule } from '../../../lib/plan/types.js'
import { comparePaths } from '../../../lib/policy/paths.js'
import {
  type Access,
  PROTECTIONS,
  type Protection,
  type Requirement,
  type ResolvedPolicy,
  type ResolvedRule,
  type RuleOrigin,
} from '../../../lib/policy/types.js'

export const LINUX_BACKENDS = ['namespaces', 'bubblewrap', 'landlock'] as const

/** All options of bwrap 0.4.0 that matter here; later ones are added by tests. */
const BWRAP_0_4 = (
  '--args --unshare-all --share-net --unshare-user --unshare-user-try --unshare-ipc --unshare-pid --unshare-net ' +
  '--unshare-uts --unshare-cgroup --unshare-cgroup-try --userns --userns2 --pidns --uid --gid --hostname --chdir ' +
  '--setenv --unsetenv --lock-file --sync-fd --bind --bind-try --dev-bind --dev-bind-try --ro-bind --ro-bind-try ' +
  '--remount-ro --exec-label --file-label --proc --dev --tmpfs --mqueue --dir --file --bind-data --ro-bind-data ' +
  '--symlink --seccomp --block-fd --userns-block-fd --info-fd --json-status-fd --new-session --die-with-parent ' +
  '--as-pid-1 --cap-add --cap-drop'
).split(' ')

const BWRAP_0_8 = [...BWRAP_0_4, '--perms', '--chmod', '--clearenv', '--size', '--add-seccomp-fd', '--disable-userns']

export function bubblewrap(version: '0.4.0' | '0.8.0', lacking: readonly string[] = []) {
  const flags = version === '0.4.0' ? BWRAP_0_4 : BWRAP_0_8
  return { executable: '/usr/bin/bwrap', version, flags: flags.filter((flag) => !lacking.includes(flag)) }
}

export function machine(changes: Partial<LinuxFacts> = {}): LinuxFacts {
  return {
    uid: 1000,
    gid: 1000,
    mapsFullRange: false,
    landlockAbi: 7,
    mountsProc: true,
    limitsPidNamespaces: true,
    arch: 'x64',
    bubblewrap: bubblewrap('0.8.0'),
    stateDirectory: '/run/user/1000/ringfence',
    ...changes,
  }
}

export const ROOT_MACHINE: Partial<LinuxFacts> = {
  uid: 0,
  gid: 0,
  mapsFullRange: true,
  stateDirectory: '/run/ringfence',
}

interface RuleOptions {
  type?: ResolvedRule['type']
  kind?: RuleOrigin['kind']
  /** As written; the path when left out. */
  from?: string
}

export function rule(path: string, access: Access, options: RuleOptions = {}): ResolvedRule {
  const { type = 'directory', kind = 'user', from = path } = options
  return {
    path,
    access,
    type,
    origin: { kind, rule: from },
  }
}

export interface PolicyChanges extends Partial<Omit<ResolvedPolicy, 'network' | 'protections'>> {
  network?: ResolvedPolicy['network']['mode']
  protections?: Partial<Record<Protection, Requirement>>
}

export function policyOf(rules: ResolvedRule[], changes: PolicyChanges = {}): ResolvedPolicy {
  const { network = 'none', protections = {}, ...rest } = changes
  const strict = Object.fromEntries(PROTECTIONS.map((protection) => [protection, 'strict' as const]))
  return {
    cwd: '/home/u/project',
    rules: [...rules].sort((left, right) => comparePaths(left.path, right.path)),
    symlinks: [],
    network: { mode: network, allow: [], deny: [] },
    environment: { inherit: 'core', exclude: [], set: {}, includeOnly: [] },
    limits: {},
    nested: false,
    protections: { ...(strict as Record<Protection, Requirement>), ...protections },
    scan: { directories: 12, repositories: 0, complete: true, maxDirectories: 100_000 },
    warnings: [],
    ...rest,
  }
}

/** What preset workspace-write resolves to in a repository without `.codex` and the like. */
export function workspaceWrite(root = '/home/u/project'): ResolvedRule[] {
  const missing = (name: string) => rule(`${root}/${name}`, 'read', { type: 'missing', kind: 'protected', from: name })
  return [
    rule('/', 'read', { kind: 'preset', from: ':root' }),
    rule(root, 'write', { kind: 'preset', from: ':workspace_roots' }),
    rule('/tmp', 'write', { kind: 'preset', from: ':slash_tmp' }),
    rule(`${root}/.git`, 'read', { kind: 'protected', from: '.git' }),
    rule(`${root}/.mcp.json`, 'read', { type: 'file', kind: 'protected', from: '.mcp.json' }),
    missing('.codex'),
    missing('.claude'),
  ]
}

export const READ_ONLY = [rule('/', 'read', { kind: 'preset', from: ':root' })]

export function planOf(backend: LinuxBackendName, policy: ResolvedPolicy, facts: LinuxFacts = machine()): LinuxPlan {
  const result = LINUX_PLANNERS[backend](policy, facts)
  if (!result.ok) throw new Error(`${backend} refuses: ${JSON.stringify(result.unenforceable, null, 2)}`)
  return result.plan
}

export function refusalOf(
  backend: LinuxBackendName,
  policy: ResolvedPolicy,
  facts: LinuxFacts = machine(),
): UnenforceableRule[] {
  const result = LINUX_PLANNERS[backend](policy, facts)
  if (result.ok) throw new Error(`${backend} accepts the policy`)
  return result.unenforceable
}
