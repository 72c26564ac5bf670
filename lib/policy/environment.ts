/** Which environment variables a command gets. */
import { CORE_VARIABLES } from './core-variables.js'
import { nameMatcher } from './name-glob.js'
import { HOST_SYSTEM, type PathSystem } from './paths.js'
import type { EnvironmentPolicy, ResolvedPolicy } from './types.js'

type Variables = Readonly<Record<string, string | undefined>>
type ResolvedEnvironment = ResolvedPolicy['environment']

/** Fills in the defaults: `core`, and nothing excluded, set or selected. */
export function buildResolvedEnvironment(policy: EnvironmentPolicy): ResolvedEnvironment {
  return {
    inherit: policy.inherit ?? 'core',
    exclude: [...(policy.exclude ?? [])],
    set: { ...policy.set },
    includeOnly: [...(policy.includeOnly ?? [])],
  }
}

/**
 * The environment of one command. In this order: what `inherit` takes of `host` (or all of `own`, the
 * environment that a caller gives for this command, which takes its place), without what `exclude` names,
 * with what `set` sets, and of that only what `includeOnly` names. Variables that are `undefined` are left out.
 *
 * On Windows names that differ in case only are the same name. Of several in one object the first in the order of
 * their characters counts, as for node:child_process: `PATH` before `Path`.
 *
 * Throws TypeError for names that are empty or contain `=` or NUL, and for values that contain NUL.
 */
export function buildEnvironment(
  policy: ResolvedEnvironment,
  host: Variables,
  own?: Variables,
  system = HOST_SYSTEM,
): Record<string, string> {
  const isExcluded = nameMatcher(policy.exclude)
  const variables = new Map<string, [name: string, value: string]>()
  const given = own === undefined ? inherited(policy.inherit, host, system) : distinct(own, system)
  for (const [name, value] of given) {
    if (value !== undefined && !isExcluded(name)) variables.set(nameKey(name, system), [name, String(value)])
  }
  for (const [name, value] of distinct(policy.set, system)) {
    if (value !== undefined) variables.set(nameKey(name, system), [name, value])
  }
  if (policy.includeOnly.length > 0) {
    const isIncluded = nameMatcher(policy.includeOnly)
    for (const [key, [name]] of variables) if (!isIncluded(name)) variables.delete(key)
  }
  for (const [name, value] of variables.values()) requireRepresentable(name, value)
  return Object.fromEntries(variables.values())
}

/** What a policy's `inherit` takes of `host`: pairs of name and value. */
export function inherited(
  inherit: ResolvedEnvironment['inherit'],
  host: Variables,
  system: PathSystem,
): Array<[name: string, value: string | undefined]> {
  switch (inherit) {
    case 'all':
      return distinct(host, system)
    case 'core': {
      if (system === 'posix') return CORE_VARIABLES.posix.map((name) => [name, host[name]])
      const core = new Set(CORE_VARIABLES.win32.map((name) => nameKey(name, system)))
      return distinct(host, system).filter(([name]) => core.has(nameKey(name, system)))
    }
    case 'none':
      return []
  }
}

/** One variable of the host, by the rules for names of the system. */
export function hostVariable(system: PathSystem, host: Variables, name: string): string | undefined {
  if (system === 'posix') return host[name]
  const key = nameKey(name, system)
  return distinct(host, system).find(([candidate]) => nameKey(candidate, system) === key)?.[1]
}

/** Pairs of name and value, one a name. */
function distinct(variables: Variables, system: PathSystem): Array<[name: string, value: string | undefined]> {
  const entries = Object.entries(variables)
  if (system === 'posix') return entries
  const kept = new Map<string, [name: string, value: string | undefined]>()
  // By UTF-16 units, as sort() without a function does.
  for (const entry of entries.sort(([left], [right]) => (left < right ? -1 : 1))) {
    const key = nameKey(entry[0], system)
    if (!kept.has(key)) kept.set(key, entry)
  }
  return [...kept.values()]
}

function nameKey(name: string, system: PathSystem): string {
  return system === 'win32' ? name.toUpperCase() : name
}

/** execve(2) takes `NAME=value` strings that end at NUL. */
function requireRepresentable(name: string, value: string): void {
  if (name === '') throw new TypeError('env: the name of a variable is empty')
  if (/[=\0]/.test(name)) throw new TypeError(`env[${JSON.stringify(name)}]: the name contains = or NUL`)
  if (value.includes('\0')) throw new TypeError(`env[${JSON.stringify(name)}]: the value contains NUL`)
}
