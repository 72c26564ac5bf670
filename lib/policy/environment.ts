/** Which environment variables a command gets. */
import { nameMatcher } from './name-glob.js'
import type { EnvironmentPolicy, ResolvedPolicy } from './types.js'

type ResolvedEnvironment = ResolvedPolicy['environment']

/** What `inherit = "core"` takes: who and where one is, how to show text. Nothing that carries secrets. */
export const CORE_VARIABLES: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TMPDIR',
  'TEMP',
  'TMP',
  'TZ',
  'LANG',
  'LANGUAGE',
  'LC_ALL',
  'LC_COLLATE',
  'LC_CTYPE',
  'LC_MESSAGES',
  'LC_MONETARY',
  'LC_NUMERIC',
  'LC_TIME',
  'TERM',
  'COLORTERM',
  'NO_COLOR',
]

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
 * Throws TypeError for names that are empty or contain `=` or NUL, and for values that contain NUL.
 */
export function buildEnvironment(
  policy: ResolvedEnvironment,
  host: Readonly<Record<string, string | undefined>>,
  own?: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const isExcluded = nameMatcher(policy.exclude)
  const variables = new Map<string, string>()
  for (const [name, value] of own === undefined ? inherited(policy.inherit, host) : Object.entries(own)) {
    if (value !== undefined && !isExcluded(name)) variables.set(name, String(value))
  }
  for (const [name, value] of Object.entries(policy.set)) variables.set(name, value)
  if (policy.includeOnly.length > 0) {
    const isIncluded = nameMatcher(policy.includeOnly)
    for (const name of variables.keys()) if (!isIncluded(name)) variables.delete(name)
  }
  for (const [name, value] of variables) requireRepresentable(name, value)
  return Object.fromEntries(variables)
}

/** What a policy's `inherit` takes of `host`: pairs of name and value. */
export function inherited(
  inherit: ResolvedEnvironment['inherit'],
  host: Readonly<Record<string, string | undefined>>,
): Array<[name: string, value: string | undefined]> {
  switch (inherit) {
    case 'all':
      return Object.entries(host)
    case 'core':
      return CORE_VARIABLES.map((name) => [name, host[name]])
    case 'none':
      return []
  }
}

/** execve(2) takes `NAME=value` strings that end at NUL. */
function requireRepresentable(name: string, value: string): void {
  if (name === '') throw new TypeError('env: the name of a variable is empty')
  if (/[=\0]/.test(name)) throw new TypeError(`env[${JSON.stringify(name)}]: the name contains = or NUL`)
  if (value.includes('\0')) throw new TypeError(`env[${JSON.stringify(name)}]: the value contains NUL`)
}
