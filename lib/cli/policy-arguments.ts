/** The values of the options that make up a policy. */
import { BACKENDS, type BackendName } from '../plan/types.js'
import { type Access, type LimitsPolicy, type NetworkMode, PROTECTIONS, type Protection } from '../policy/types.js'
import type { GivenOptions } from './given-options.js'
import { UsageError } from './usage-error.js'

export interface PolicyArguments {
  /** A preset's name or a policy file. Default: preset `workspace-write`. */
  policy: string | undefined
  /** Default: the current directory. */
  cwd: string | undefined
  /** From --read, --write and --deny, in the order given; relative to the cwd. */
  rules: Array<{ path: string; access: Access }>
  network: NetworkMode | undefined
  allowHosts: string[]
  /** From --best-effort. */
  bestEffort: Protection[]
  backend: BackendName | 'auto'
  timeoutMs: number | undefined
  limits: LimitsPolicy
  environment: Record<string, string>
}

export function readPolicyArguments(given: GivenOptions): PolicyArguments {
  const network = readNetwork(given)
  return {
    policy: readText(given, 'policy', 'Give a preset or a policy file.'),
    cwd: readText(given, 'cwd', 'Give a directory.'),
    rules: given.rules,
    network,
    allowHosts: given.values.get('allow-host') ?? [],
    bestEffort: (given.values.get('best-effort') ?? []).map(readProtection),
    backend: readBackend(given),
    timeoutMs: readCount(given, 'timeout', 'milliseconds'),
    limits: readLimits(given),
    environment: readEnvironment(given.values.get('env') ?? []),
  }
}

function readText(given: GivenOptions, name: string, hint: string): string | undefined {
  const value = given.values.get(name)?.[0]
  if (value === '') throw new UsageError('empty value', `--${name}`, hint)
  return value
}

const NETWORK_MODES: readonly NetworkMode[] = ['none', 'proxy', 'unrestricted']

function readNetwork(given: GivenOptions): NetworkMode | undefined {
  const value = given.values.get('network')?.[0]
  const mode = NETWORK_MODES.find((known) => known === value)
  if (value !== undefined && mode === undefined) {
    throw new UsageError('unknown network mode', `--network ${value}`, `Use one of ${NETWORK_MODES.join(', ')}.`)
  }
  if (mode === 'proxy') {
    throw new UsageError('not available yet', '--network proxy', 'Use --network none or --network unrestricted.')
  }
  const host = given.values.get('allow-host')?.[0]
  if (host !== undefined) {
    throw new UsageError(
      'not available yet',
      `--allow-host ${host}`,
      'It needs --network proxy, which is not available yet.',
    )
  }
  return mode
}

function readProtection(value: string): Protection {
  const protection = PROTECTIONS.find((known) => known === value)
  if (protection !== undefined) return protection
  throw new UsageError('unknown protection', `--best-effort ${value}`, `Use one of ${PROTECTIONS.join(', ')}.`)
}

function readBackend(given: GivenOptions): BackendName | 'auto' {
  const value = given.values.get('backend')?.[0] ?? 'auto'
  if (value === 'auto') return value
  const backend = BACKENDS.find((known) => known === value)
  if (backend !== undefined) return backend
  throw new UsageError('unknown backend', `--backend ${value}`, `Use one of auto, ${BACKENDS.join(', ')}.`)
}

/** Options of a limit of the policy, with what they count. `--timeout` is one of the command line alone. */
const LIMIT_OPTIONS = [
  ['memory', 'memoryBytes', 'bytes'],
  ['processes', 'processes', 'processes'],
  ['cpu', 'cpuSeconds', 'seconds'],
  ['open-files', 'openFiles', 'files'],
  ['file-size', 'fileSizeBytes', 'bytes'],
  ['output', 'outputBytes', 'bytes'],
] as const

function readLimits(given: GivenOptions): LimitsPolicy {
  const limits: LimitsPolicy = {}
  for (const [option, limit, unit] of LIMIT_OPTIONS) {
    const count = readCount(given, option, unit)
    if (count !== undefined) limits[limit] = count
  }
  return limits
}

function readCount(given: GivenOptions, name: string, unit: string): number | undefined {
  const value = given.values.get(name)?.[0]
  if (value === undefined) return undefined
  const count = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new UsageError('bad number', `--${name} ${value}`, `Give a whole number of ${unit}, 1 or more.`)
  }
  return count
}

function readEnvironment(pairs: readonly string[]): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    if (equals < 1) throw new UsageError('bad variable', `--env ${pair}`, 'Write --env NAME=VALUE.')
    // defineProperty: a variable named __proto__ is a variable.
    Object.defineProperty(environment, pair.slice(0, equals), {
      value: pair.slice(equals + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return environment
}
