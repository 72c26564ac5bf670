/** From rules as written to rules with canonical paths: anchors, `~`, relative paths, missing paths, `:minimal`. */
import type { PathFailure, PathResolver } from './canonical-path.js'
import { comparePaths, keyOf, parentOf, resolveFrom } from './paths.js'
import { fieldName, PolicyError } from './policy-error.js'
import type { Protecting } from './protections.js'
import { missing, type Place, type Places, placesOf, unresolvable } from './resolve-context.js'
import { type Anchor, parseRulePath } from './rule-path.js'
import type { AbsolutePath, Access, AccessInput, ResolvedRule, ResolvedSymlink, RuleOrigin } from './types.js'

/** One line of a policy's filesystem table. */
export interface WrittenRule {
  text: string
  access: Access
  origin: RuleOrigin
}

/** A written rule at one of its paths. */
export interface LocatedRule {
  rule: ResolvedRule
  firstMissing?: AbsolutePath
  /** Links crossed by what the rule says itself, without the way to its anchor. */
  ownSymlinks: ResolvedSymlink[]
  anchorSymlinks: ResolvedSymlink[]
  /** Passed over when missing or out of reach: paths that nobody spelled out. */
  optional: boolean
}

export interface WrittenGlob extends WrittenRule {
  places: Place[]
  pattern: string
  /** Matches at any depth below its places. */
  anyDepth: boolean
  directoriesOnly: boolean
}

export function writtenRules(
  table: Record<string, AccessInput>,
  kind: 'user' | 'preset',
  file?: string,
): WrittenRule[] {
  return Object.entries(table).map(([text, input]) => ({
    text,
    access: input === 'deny' ? 'none' : input,
    origin: { kind, rule: text, ...(file === undefined ? {} : { file }) },
  }))
}

export async function locateRules(
  written: WrittenRule[],
  places: Places,
  paths: PathResolver,
  warnings: string[],
): Promise<{ located: LocatedRule[]; globs: WrittenGlob[] }> {
  const globs: WrittenGlob[] = []
  const tasks: Array<Promise<LocatedRule | undefined>> = []
  for (const line of written) {
    const path = parseRulePath(line.text, paths.system)
    switch (path.kind) {
      case 'invalid':
        throw ruleError(line, path.problem)
      case 'unknown':
        warnings.push(`rule ${quoted(line)}: ${path.token} is not known to this version; the rule is ignored`)
        break
      case 'glob':
        globs.push({
          ...line,
          origin: { ...line.origin, kind: 'glob' },
          places: anchored(line, path, places, warnings),
          pattern: path.rest,
          anyDepth: path.anchor === 'anywhere',
          directoriesOnly: path.directoriesOnly,
        })
        break
      case 'minimal':
        tasks.push(...places.minimal.map((entry) => locateMinimal(line, entry, paths)))
        break
      case 'path':
        for (const place of anchored(line, path, places, warnings)) {
          const optional = path.rest === '' && (path.anchor === 'tmpdir' || path.anchor === 'slash_tmp')
          tasks.push(locate(line, place, path.rest, optional, paths, warnings))
        }
    }
  }
  const located = await Promise.all(tasks)
  return { located: located.filter((rule) => rule !== undefined), globs }
}

/**
 * Decides about rules whose path is missing, now that all others are in the set:
 * - write: has to lie where the command may write anyway (it names something that may come), else an error;
 * - read and none: held where the command could make the path; elsewhere nothing can appear, and they go.
 * A held path is the first missing component, so that its parent exists: `./a/b` without `./a` holds `./a`.
 */
export async function settleMissing(
  located: LocatedRule[],
  { rules, paths, warnings }: Pick<Protecting, 'rules' | 'paths' | 'warnings'>,
): Promise<void> {
  const waiting = located.filter(({ rule }) => rule.type === 'missing' && rules.get(rule.path) === rule)
  waiting.sort((left, right) => comparePaths(left.rule.path, right.rule.path))
  for (const { rule } of waiting) rules.delete(rule.path)
  for (const { rule, firstMissing = rule.path, optional } of waiting) {
    const what = `rule ${JSON.stringify(rule.origin.rule)}`
    if (rule.access === 'write') {
      if (rules.accessAround(rule.path) === 'write') rules.add(rule)
      else if (optional) warnings.push(`${what}: ${rule.path} is missing; the rule is ignored`)
      else throw unresolvable(what, missing(rule.path), 'create it first, or make the directory around it writable')
    } else if (
      rules.accessAround(firstMissing) === 'write' &&
      (await paths.files.canCreateIn(parentOf(firstMissing)))
    ) {
      rules.add({ ...rule, path: firstMissing })
      if (keyOf(firstMissing) !== keyOf(rule.path)) {
        warnings.push(`${what}: ${firstMissing} is missing; it is held empty, so that nothing can appear in it`)
      }
    } else {
      warnings.push(`${what}: ${rule.path} is missing; the rule is ignored`)
    }
  }
}

async function locate(
  line: WrittenRule,
  place: Place,
  rest: string,
  optional: boolean,
  paths: PathResolver,
  warnings: string[],
): Promise<LocatedRule | undefined> {
  const found = await paths.canonicalize(resolveFrom(paths.system, place.path, rest))
  if (!found.ok) {
    if (!optional && !(await isOutOfReach(line, found, paths))) throw unresolvable(`rule ${quoted(line)}`, found)
    warnings.push(`rule ${quoted(line)}: ${found.code} at ${found.path}; the rule is ignored`)
    return undefined
  }
  const { path, type, firstMissing, symlinks } = found
  return {
    rule: { path, access: line.access, type, origin: line.origin },
    ...(firstMissing === undefined ? {} : { firstMissing }),
    ownSymlinks: symlinks,
    anchorSymlinks: place.symlinks,
    optional,
  }
}

/** What others keep from us they keep from the command, unless it may change the mode of their directory. */
async function isOutOfReach(line: WrittenRule, failure: PathFailure, { files }: PathResolver): Promise<boolean> {
  return line.access !== 'write' && failure.code === 'EACCES' && !(await files.isOurs(parentOf(failure.path)))
}

async function locateMinimal(
  line: WrittenRule,
  entry: AbsolutePath,
  paths: PathResolver,
): Promise<LocatedRule | undefined> {
  const found = await paths.canonicalize(entry)
  if (!found.ok || found.type === 'missing') return undefined
  const { path, type, symlinks } = found
  const origin: RuleOrigin = { ...line.origin, kind: 'minimal' }
  return { rule: { path, access: 'read', type, origin }, ownSymlinks: symlinks, anchorSymlinks: [], optional: true }
}

function anchored(
  line: WrittenRule,
  { anchor, volume }: { anchor: Anchor; volume?: string },
  places: Places,
  warnings: string[],
): Place[] {
  if (volume !== undefined) return [{ path: volume, symlinks: [] }]
  const found = placesOf(anchor, places)
  if (found === undefined) throw ruleError(line, 'the home directory is not known')
  // A preset is for all systems.
  if (found.length === 0 && line.origin.kind === 'user') {
    warnings.push(`rule ${quoted(line)}: there is no such directory on this system; the rule is ignored`)
  }
  return found
}

export function ruleError({ text, origin }: WrittenRule, problem: string): PolicyError {
  const { file } = origin
  return new PolicyError(problem, { field: fieldName(['filesystem', text]), ...(file === undefined ? {} : { file }) })
}

function quoted({ text }: WrittenRule): string {
  return JSON.stringify(text)
}
