/**
 * Refuses rules that reach their path by a symbolic link which the command could replace: in the next run such
 * a rule would mean what the command made of it: a denied path no longer denied, a writable one anywhere.
 * The cure is to name the target. A rule that changes nothing at its target is harmless, so both can be named.
 */
import { SandboxError } from '../errors.js'
import type { FileSystem } from './file-system.js'
import type { LocatedRule } from './located-rules.js'
import { parentOf, samePath } from './paths.js'
import type { Protecting } from './protections.js'
import type { RuleSet } from './rule-set.js'
import type { Requirement, ResolvedSymlink } from './types.js'

export async function refuseReplaceableLinks(
  located: LocatedRule[],
  { rules, paths: { files }, warnings }: Protecting,
  requirement: Requirement,
): Promise<void> {
  if (requirement === 'off') return
  const suspects: Array<{ entry: LocatedRule; link: ResolvedSymlink }> = []
  for (const entry of located) {
    const link = await firstReplaceable(entry, rules, files)
    if (link !== undefined) suspects.push({ entry, link })
  }
  const suspicious = new Set(suspects.map(({ entry }) => entry))
  for (const { entry, link } of suspects) {
    const { path, access, origin } = entry.rule
    const namedDirectly = located.some(
      (other) => !suspicious.has(other) && samePath(other.rule.path, path) && other.rule.access === access,
    )
    if (namedDirectly || rules.accessAround(path) === access) continue
    const rule = JSON.stringify(origin.rule)
    if (requirement === 'best-effort') {
      warnings.push(`rule ${rule} goes through ${link.path}, a link that the command can replace`)
      continue
    }
    throw new SandboxError(
      `cannot enforce rule ${rule}: ${link.path} is a symbolic link that the command can replace`,
      {
        code: 'SANDBOX_PATH_UNRESOLVABLE',
        stage: 'policy.path',
        path: link.path,
        hint: `name its target in the rule: ${JSON.stringify(path)}`,
      },
    )
  }
}

async function firstReplaceable(
  { ownSymlinks }: LocatedRule,
  rules: RuleSet,
  files: FileSystem,
): Promise<ResolvedSymlink | undefined> {
  for (const link of ownSymlinks) {
    const directory = parentOf(link.path)
    if (rules.accessAt(directory) === 'write' && (await files.canCreateIn(directory))) return link
  }
  return undefined
}
