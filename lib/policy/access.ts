/** What a resolved policy says about a path. Pure. */
import { contains, isAbsolute, resolveFrom } from './paths.js'
import type { Access, ResolvedPolicy, ResolvedRule } from './types.js'

/**
 * The rule that decides about `path`: the deepest one that contains it.
 * `path` is absolute; it is normalised as text, symbolic links in it are the caller's to resolve.
 */
export function ruleFor(policy: Pick<ResolvedPolicy, 'rules'>, path: string): ResolvedRule | undefined {
  const system = (['posix', 'win32'] as const).find((candidate) => isAbsolute(candidate, path))
  if (system === undefined) throw new TypeError(`path: expected an absolute path, got ${JSON.stringify(path)}`)
  const normalised = resolveFrom(system, '/', path)
  return policy.rules.findLast((rule) => contains(rule.path, normalised))
}

/** What the policy lets a command do with `path`; `none` where no rule contains it. */
export function accessOf(policy: Pick<ResolvedPolicy, 'rules'>, path: string): Access {
  return ruleFor(policy, path)?.access ?? 'none'
}
