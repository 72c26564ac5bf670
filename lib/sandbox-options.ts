/** What a caller asks of Sandbox.create, checked: every mistake is a TypeError that names the field. */
import { fileURLToPath } from 'node:url'
import { invalidType, invalidValue, requireCount, requireObject, requireText } from './argument-errors.js'
import { BACKENDS, type BackendName } from './plan/types.js'
import type { Policy, PresetName } from './policy/types.js'
import { parseBackend, parseOrder } from './probe/order.js'
import type { ProbeOptions } from './probe/probe.js'
import { parseEnv } from './spawn-options.js'

export const ISOLATIONS = ['command', 'session', 'fresh'] as const
/**
 * What commands of one sandbox share. `command`: each has its own processes, /proc, /dev/shm, /dev/pts and System V
 * IPC, in namespaces that are made once; they share the loopback network. `session`: all of it; what a command leaves
 * running runs on, until the sandbox is closed (backend namespaces only). `fresh`: nothing, each gets a complete sandbox
 * of its own, at several times the price. The backends bubblewrap and landlock always do the latter.
 */
export type Isolation = (typeof ISOLATIONS)[number]

export interface SandboxOptions extends ProbeOptions {
  /** A preset, or a policy of one's own. */
  policy: PresetName | Policy
  /** Where commands start, and what `:cwd` means. Default: the working directory of the process. */
  cwd?: string | URL | undefined
  /** What `:workspace_roots` means. Default: `cwd`. */
  workspaceRoots?: readonly string[] | undefined
  /** A backend by name, or `auto` (default): the first of `order` that can start here and enforces the whole policy. */
  backend?: 'auto' | BackendName | undefined
  /** What commands of this sandbox share. Default `command`. */
  isolation?: Isolation | undefined
  /** What the policy's environment inherits from. Default: the environment of the process. */
  env?: Readonly<Record<string, string | undefined>> | undefined
  /** Where relative paths of the policy start. Default: `cwd`. */
  baseDirectory?: string | undefined
  /** The file that the policy was loaded from, for messages. */
  policyFile?: string | undefined
  /** Directories that the search for nested repositories may visit. Default 200,000. */
  maxScanDirectories?: number | undefined
  /** Directory entries that the globs of the policy may look at. Default 200,000. */
  maxGlobEntries?: number | undefined
}

export interface ParsedSandboxOptions {
  policy: PresetName | Policy
  /** Undefined: that of the process. */
  cwd: string | undefined
  workspaceRoots: string[] | undefined
  order: BackendName[]
  isolation: Isolation
  env: Readonly<Record<string, string | undefined>>
  baseDirectory: string | undefined
  policyFile: string | undefined
  maxScanDirectories: number | undefined
  maxGlobEntries: number | undefined
}

/** The options of probing are checked by probeRequest(). */
export function parseSandboxOptions(given: unknown): ParsedSandboxOptions {
  const options = requireObject('options', given)
  const { policy, workspaceRoots } = options
  if (typeof policy !== 'string' && (typeof policy !== 'object' || policy === null)) {
    throw invalidType('options.policy', 'a preset or a policy', policy)
  }
  if (workspaceRoots !== undefined && !Array.isArray(workspaceRoots)) {
    throw invalidType('options.workspaceRoots', 'an array of paths', workspaceRoots)
  }
  return {
    policy: policy as PresetName | Policy,
    cwd: optional(options.cwd, parseDirectory),
    workspaceRoots: workspaceRoots?.map((root: unknown, index: number) =>
      requireText(`options.workspaceRoots[${index}]`, root),
    ),
    order: parseBackends(options),
    isolation: optional(options.isolation, parseIsolation) ?? 'command',
    env: parseEnv(options.env) ?? process.env,
    baseDirectory: optional(options.baseDirectory, (value) => requireText('options.baseDirectory', value)),
    policyFile: optional(options.policyFile, (value) => requireText('options.policyFile', value)),
    maxScanDirectories: optional(options.maxScanDirectories, (value) =>
      requireCount('options.maxScanDirectories', value),
    ),
    maxGlobEntries: optional(options.maxGlobEntries, (value) => requireCount('options.maxGlobEntries', value)),
  }
}

/** Where `session` is asked for, backends without it are left out. */
function parseBackends(options: Record<string, unknown>): BackendName[] {
  const backends = parseOrderOf(options)
  if (options.isolation !== 'session') return backends
  if (!backends.includes('namespaces')) {
    throw invalidValue('options.isolation', 'session', "needs the backend 'namespaces'")
  }
  return ['namespaces']
}

function parseOrderOf({ backend, order }: Record<string, unknown>): BackendName[] {
  const parsed = parseOrder('options.order', order)
  if (backend === undefined || backend === 'auto') return parsed
  if (order !== undefined) throw invalidValue('options.order', order, "is only for the backend 'auto'")
  if (typeof backend !== 'string' || !(BACKENDS as readonly string[]).includes(backend)) {
    throw invalidValue(
      'options.backend',
      backend,
      `must be one of 'auto', ${BACKENDS.map((name) => `'${name}'`).join(', ')}`,
    )
  }
  return [parseBackend('options.backend', backend)]
}

function parseIsolation(isolation: unknown): Isolation {
  if (ISOLATIONS.includes(isolation as Isolation)) return isolation as Isolation
  throw invalidValue(
    'options.isolation',
    isolation,
    `must be one of ${ISOLATIONS.map((name) => `'${name}'`).join(', ')}`,
  )
}

function parseDirectory(cwd: unknown): string {
  if (!(cwd instanceof URL)) return requireText('options.cwd', cwd)
  if (cwd.protocol !== 'file:') throw invalidValue('options.cwd', cwd.href, 'must be a file: URL')
  return requireText('options.cwd', fileURLToPath(cwd))
}

function optional<T>(value: unknown, parse: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : parse(value)
}
