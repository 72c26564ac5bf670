/** What a resolved policy says about a path. Pure. */
import { posix } from 'node:path'
import { contains } from './paths.js'
import type { Access, ResolvedPolicy, ResolvedRule } from './types.js'

/**
 * The rule that decides about `path`: the deepest one that contains it.
 * `path` is absolute; it is normalised as text, symbolic links in it are the caller's to resolve.
 */
export function ruleFor(policy: Pick<ResolvedPolicy, 'rules'>, path: string): ResolvedRule | undefined {
  if (!posix.isAbsolute(path)) throw new TypeError(`path: expected an absolute path, got ${JSON.stringify(path)}`)
  const normalised = posix.resolve(path)
  return policy.rules.findLast((rule) => contains(rule.path, normalised))
}

/** What the policy lets a command do with `path`; `none` where no rule contains it. */
export function accessOf(policy: Pick<ResolvedPolicy, 'rules'>, path: string): Access {
  return ruleFor(policy, path)?.access ?? 'none'
}
