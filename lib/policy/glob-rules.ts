/**
 * Globs become rules for what matches when the policy is resolved; what appears later is not covered, unless
 * it lies in a directory that matched.
 *
 * A match that is a symbolic link stands for its target, and only ever takes access away there: otherwise the
 * command could plant a link in one run to be let through in the next.
 */
import { SandboxError } from '../errors.js'
import type { PathResolver } from './canonical-path.js'
import type { DirectoryEntry } from './file-system.js'
import { compileGlob, type GlobPattern } from './glob-pattern.js'
import { type WalkBudget, walk } from './glob-walk.js'
import { ruleError, type WrittenGlob } from './located-rules.js'
import { distinctPaths, join, outermost, type PathSystem } from './paths.js'
import { unresolvable } from './resolve-context.js'
import type { RuleSet } from './rule-set.js'
import type { AbsolutePath, Access, ResolvedRule } from './types.js'

/** Of all globs together; every match costs at least one mount. */
const MAX_MATCHES = 10_000

interface GlobAtRoot {
  glob: WrittenGlob
  pattern: GlobPattern
  /** The way to the root crosses a link. */
  crossesLink: boolean
}

interface Match {
  glob: WrittenGlob
  /** As found: may be a symbolic link. */
  path: AbsolutePath
  type: 'directory' | 'file'
  /** Whether the match can only take access away. */
  restrictOnly: boolean
}

export interface GlobExpansion {
  rules: RuleSet
  paths: PathResolver
  warnings: string[]
  maxEntries: number
}

export async function expandGlobs(globs: WrittenGlob[], expansion: GlobExpansion): Promise<void> {
  const matches: Match[] = []
  const budget: WalkBudget = { entries: expansion.maxEntries, maxEntries: expansion.maxEntries }
  for (const [root, atRoot] of await byRoot(globs, expansion)) {
    matches.push(...(await matchesBelow(root, atRoot, budget, expansion)))
  }
  for (const glob of globs) matches.push(...(await literalMatches(glob, expansion.paths)))
  for (const glob of globs) {
    if (!matches.some((match) => match.glob === glob)) {
      expansion.warnings.push(`rule ${JSON.stringify(glob.text)} matches nothing`)
    }
  }
  for (const { glob, path, type, restrictOnly } of matches) {
    if (!restrictOnly) expansion.rules.add({ path, access: glob.access, type, origin: glob.origin })
  }
  for (const match of matches) if (match.restrictOnly) await restrictTarget(match, expansion)
}

/** Globs by the canonical directory that their walk starts in, so that each tree is walked once. */
async function byRoot(globs: WrittenGlob[], { paths }: GlobExpansion): Promise<Map<AbsolutePath, GlobAtRoot[]>> {
  const roots = new Map<AbsolutePath, GlobAtRoot[]>()
  for (const glob of globs) {
    const pattern = compile(glob, paths.system)
    const places = glob.places.map((place) => place.path)
    for (const place of glob.anyDepth ? outermost(places) : distinctPaths(places)) {
      const root = await paths.canonicalize(join(place, pattern.staticPrefix))
      if (!root.ok) throw unresolvable(`rule ${JSON.stringify(glob.text)}`, root)
      if (root.type !== 'directory') continue
      const entry = { glob, pattern, crossesLink: root.symlinks.length > 0 }
      roots.set(root.path, [...(roots.get(root.path) ?? []), entry])
    }
  }
  return roots
}

function compile(glob: WrittenGlob, system: PathSystem): GlobPattern {
  try {
    return compileGlob(glob.pattern, { anyDepth: glob.anyDepth, system })
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const bracket = system === 'win32' ? '[[]' : '\\['
    throw ruleError(glob, `brackets do not pair up; write ${bracket} for a bracket of a name`)
  }
}

async function matchesBelow(
  root: AbsolutePath,
  atRoot: GlobAtRoot[],
  budget: WalkBudget,
  { paths, warnings }: GlobExpansion,
): Promise<Match[]> {
  const matches: Match[] = []
  const deepest = Math.max(...atRoot.map(({ pattern }) => pattern.maxDepth))
  const visit = (relative: string, path: AbsolutePath, { kind }: DirectoryEntry): boolean => {
    const type = kind === 'directory' ? 'directory' : 'file'
    for (const { glob, pattern, crossesLink } of atRoot) {
      if (glob.directoriesOnly && type !== 'directory') continue
      if (pattern.matches(relative)) {
        matches.push({ glob, path, type, restrictOnly: crossesLink || kind === 'symlink' })
      }
    }
    if (matches.length > MAX_MATCHES) throw tooMany(root)
    return deepest > relative.split('/').length
  }
  const unreadable = (path: AbsolutePath): void => {
    const { glob } = atRoot.find((candidate) => candidate.glob.access === 'none') ?? (atRoot[0] as GlobAtRoot)
    matches.push({ glob, path, type: 'directory', restrictOnly: true })
    warnings.push(`rule ${JSON.stringify(glob.text)}: ${path} cannot be read; the rule is applied to all of it`)
  }
  await walk(root, { visit, unreadable }, budget, paths.files)
  return matches
}

/** A path that is spelled like the glob is meant too: `app/[slug]` is a directory name as often as a pattern. */
async function literalMatches(glob: WrittenGlob, paths: PathResolver): Promise<Match[]> {
  const matches: Match[] = []
  for (const place of glob.places) {
    const found = await paths.canonicalize(join(place.path, glob.pattern))
    if (found.ok && found.type !== 'missing') {
      matches.push({ glob, path: found.path, type: found.type, restrictOnly: found.symlinks.length > 0 })
    }
  }
  return matches
}

async function restrictTarget({ glob, path }: Match, { rules, paths }: GlobExpansion): Promise<void> {
  const target = await paths.canonicalize(path)
  if (!target.ok) {
    // A link to nothing, or a loop: nothing to keep from anyone.
    if (target.danglingLink !== undefined || target.code === 'ELOOP') return
    throw unresolvable(`rule ${JSON.stringify(glob.text)}`, target)
  }
  if (target.type === 'missing' || !isStricter(glob.access, rules.accessAt(target.path))) return
  const rule: ResolvedRule = { path: target.path, access: glob.access, type: target.type, origin: glob.origin }
  rules.add(rule)
}

const STRICTNESS: Readonly<Record<Access, number>> = { none: 2, read: 1, write: 0 }

function isStricter(access: Access, present: Access): boolean {
  return STRICTNESS[access] > STRICTNESS[present]
}

function tooMany(root: AbsolutePath): SandboxError {
  return new SandboxError(`cannot expand a glob: more than ${MAX_MATCHES} matches below ${root}`, {
    code: 'SANDBOX_POLICY_UNENFORCEABLE',
    stage: 'policy.glob',
    path: root,
    hint: 'deny the directory around the matches instead of every file',
  })
}
