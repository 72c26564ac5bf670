/** From a policy as written to a resolved policy: absolute, canonical, complete. */
import { ruleFor } from './access.js'
import { PathResolver } from './canonical-path.js'
import { buildResolvedEnvironment } from './environment.js'
import { type LocatedRule, locateRules, settleMissing, writtenRules } from './located-rules.js'
import { comparePaths, contains, keyOf, type PathSystem } from './paths.js'
import { PolicyError } from './policy-error.js'
import { isPresetName, PRESETS } from './presets.js'
import { type Protecting, protectNames, protectOpenedGitDirectories, writableRoots } from './protections.js'
import { refuseReplaceableLinks } from './replaceable-links.js'
import { protectNestedRepositories } from './repository-scan.js'
import { findPlaces, type Places, type ResolveContext, unresolvable } from './resolve-context.js'
import { RuleSet } from './rule-set.js'
import {
  type LimitsPolicy,
  type Policy,
  PROTECTIONS,
  type PresetName,
  type Protection,
  type Requirement,
  type ResolvedPolicy,
  type ResolvedRule,
  type ResolvedSymlink,
} from './types.js'

export type { ResolveContext, ResolveScan } from './resolve-context.js'

const DEFAULT_MAX_SCAN_DIRECTORIES = 200_000
const DEFAULT_MAX_GLOB_ENTRIES = 200_000

/**
 * Looks at the file system once, so that nothing later has to.
 *
 * Throws PolicyError (a TypeError) for a policy that is not well formed, SandboxError with
 * `SANDBOX_PATH_UNRESOLVABLE` for paths that are not as the policy needs them (the cwd, a writable root, a
 * dangling link, a rule through a link that the command can replace), and `SANDBOX_POLICY_UNENFORCEABLE` when
 * a limit ends the search for nested repositories or for the matches of a glob.
 */
export async function resolvePolicy(policy: Policy | PresetName, context: ResolveContext): Promise<ResolvedPolicy> {
  const paths = new PathResolver(context.files)
  const written = await validated(policy, context.file, paths.system)
  const preset = written.extends === undefined ? {} : PRESETS[written.extends]
  const requirements = requirementsOf(written)
  const warnings: string[] = []
  const places = await findPlaces(context, paths, warnings)

  const lines = [
    ...writtenRules(preset.filesystem ?? {}, 'preset'),
    ...writtenRules(written.filesystem ?? {}, 'user', context.file),
  ]
  const { located, globs } = await locateRules(lines, places, paths, warnings)
  const rules = new RuleSet()
  for (const { rule } of located) rules.add(rule)
  await settleMissing(located, { rules, paths, warnings })
  if (globs.length > 0) {
    const { expandGlobs } = await import('./glob-rules.js')
    const maxEntries = context.maxGlobEntries ?? DEFAULT_MAX_GLOB_ENTRIES
    await expandGlobs(globs, { rules, paths, warnings, maxEntries })
  }
  await denyState(context.stateDirectory, { rules, paths, warnings })

  const home = places.home?.path
  const protecting: Protecting = { rules, paths, warnings, ...(home === undefined ? {} : { home }) }
  const workspaces = [places.cwd, ...places.workspaceRoots].map((place) => place.path)
  const protectsPaths = requirements['protected-paths'] !== 'off'
  const roots = protectsPaths ? await protectNames(protecting, workspaces) : await writableRoots(protecting, workspaces)
  const scan = await protectNestedRepositories(protecting, {
    scan: context.scan,
    roots,
    maxDirectories: context.maxScanDirectories ?? DEFAULT_MAX_SCAN_DIRECTORIES,
    requirement: requirements['nested-repositories'],
  })
  if (protectsPaths) await protectOpenedGitDirectories(protecting)
  await refuseReplaceableLinks(located, protecting, requirements['protected-paths'])

  if (rules.accessAt(places.cwd.path) === 'none') warnings.push(`the working directory ${places.cwd.path} is denied`)
  const effective = rules.effective()
  return {
    cwd: places.cwd.path,
    rules: effective,
    symlinks: symlinksToMake(located, places, effective),
    ...settings(written, preset, warnings),
    protections: requirements,
    scan,
    warnings: [...new Set(warnings)].sort(),
  }
}

/** zod is loaded for policies that somebody wrote; a preset needs no check. */
async function validated(policy: Policy | PresetName, file: string | undefined, system: PathSystem): Promise<Policy> {
  if (typeof policy === 'string') {
    if (isPresetName(policy)) return { extends: policy }
    const names = Object.keys(PRESETS).join(' or ')
    throw new PolicyError(`no such preset; expected ${names}`, { field: JSON.stringify(policy) })
  }
  const { parsePolicy } = await import('./parse.js')
  return parsePolicy(policy, file === undefined ? { system } : { file, system })
}

function requirementsOf(policy: Policy): Record<Protection, Requirement> {
  const stated = policy.protections ?? {}
  const entries = PROTECTIONS.map((protection) => [protection, stated[protection] ?? 'strict'] as const)
  return Object.fromEntries(entries) as Record<Protection, Requirement>
}

function settings(
  policy: Policy,
  preset: Policy,
  warnings: string[],
): Pick<ResolvedPolicy, 'network' | 'environment' | 'limits' | 'nested'> {
  const { mode = 'none', allow = [], deny = [] } = { ...preset.network, ...policy.network }
  if (mode !== 'proxy' && allow.length + deny.length > 0) {
    warnings.push(`network.allow and network.deny are for mode proxy; they do nothing in mode ${mode}`)
  }
  return {
    network: mode === 'proxy' ? { mode, allow: [...allow], deny: [...deny] } : { mode, allow: [], deny: [] },
    environment: buildResolvedEnvironment({ ...preset.environment, ...policy.environment }),
    limits: withoutUndefined({ ...preset.limits, ...policy.limits }),
    nested: policy.nested ?? preset.nested ?? false,
  }
}

/** In an object of a JavaScript caller `undefined` says as little as a missing field. */
function withoutUndefined(limits: LimitsPolicy): LimitsPolicy {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}

/** No rule reaches into ringfence's own state, and it is denied wherever a command could see it. */
async function denyState(stateDirectory: string, { rules, paths, warnings }: Protecting): Promise<void> {
  const found = await paths.canonicalize(stateDirectory)
  if (!found.ok) throw unresolvable(`the state directory ${stateDirectory}`, found)
  for (const { path, origin } of rules.all()) {
    if (!contains(found.path, path)) continue
    rules.delete(path)
    warnings.push(`rule ${JSON.stringify(origin.rule)}: ${path} is ringfence's own state; the rule is ignored`)
  }
  if (rules.accessAt(found.path) === 'none') return
  const { type, firstMissing, symlinks } = found
  const rule: ResolvedRule = {
    path: found.path,
    access: 'none',
    type,
    origin: { kind: 'internal', rule: stateDirectory },
  }
  rules.add(rule)
  if (type !== 'missing') return
  const entry = { rule, optional: true, ownSymlinks: symlinks, anchorSymlinks: [] }
  await settleMissing([firstMissing === undefined ? entry : { ...entry, firstMissing }], { rules, paths, warnings })
}

/** Links on the way of rules, without those that a rule shows or denies together with their directory. */
function symlinksToMake(located: LocatedRule[], { cwd }: Places, rules: ResolvedRule[]): ResolvedSymlink[] {
  const links = new Map<string, ResolvedSymlink>()
  const crossed = located.flatMap(({ rule, anchorSymlinks, ownSymlinks }) =>
    rule.access === 'none' ? [] : [...anchorSymlinks, ...ownSymlinks],
  )
  for (const link of [...cwd.symlinks, ...crossed]) {
    if (ruleFor({ rules }, link.path) === undefined) links.set(keyOf(link.path), link)
  }
  return [...links.values()].sort((left, right) => comparePaths(left.path, right.path))
}
