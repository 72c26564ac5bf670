/** Adds the built-in protections (protected.ts) to a set of rules. They only ever take access away. */
import { constants } from 'node:os'
import type { PathResolver } from './canonical-path.js'
import { configuredPaths, type GitRepository } from './git-config-paths.js'
import { type GitPointer, isGitDirectory, readGitFile } from './git-directory.js'
import { ancestorsAndSelf, distinctPaths, hasComponent, join, keyOf, nameOf, parentOf, samePath } from './paths.js'
import { GIT_PARTS, PROTECTED_NAMES, SHELL_STARTUP_FILES, WINDOWS_STARTUP_PATHS } from './protected.js'
import { unresolvable } from './resolve-context.js'
import type { RuleSet } from './rule-set.js'
import type { AbsolutePath, ResolvedRule, RuleOrigin } from './types.js'

export interface Protecting {
  rules: RuleSet
  paths: PathResolver
  warnings: string[]
  /** What `~/` stands for in the configuration of git. */
  home?: AbsolutePath
}

type Kind = 'protected' | 'repository'

/** Directories that can be written and do not lie in another such directory, and the given ones if writable. */
export async function writableRoots(
  { rules, paths }: Protecting,
  workspaces: readonly AbsolutePath[],
): Promise<AbsolutePath[]> {
  const declared = rules.effective().filter((rule) => rule.access === 'write' && rule.type === 'directory')
  const roots = distinctPaths([...declared.map((rule) => rule.path), ...workspaces])
  const checked = roots.map(async (root) => ({
    root,
    // In a git directory there is nothing to protect but its own parts.
    keep: rules.accessAt(root) === 'write' && !hasComponent(root, '.git') && !(await isGitDirectory(root, paths)),
  }))
  return (await Promise.all(checked)).filter(({ keep }) => keep).map(({ root }) => root)
}

/**
 * The protected names at the top of each writable root, and shell start-up files. A protection can make a rule
 * below it a root of its own (`.claude` read-only, `.claude/worktrees/a` writable), so this goes on until there
 * are no new ones. Returns all roots.
 */
export async function protectNames(
  protecting: Protecting,
  workspaces: readonly AbsolutePath[],
): Promise<AbsolutePath[]> {
  const { home } = protecting
  const done = new Map<string, AbsolutePath>()
  for (;;) {
    const roots = await writableRoots(protecting, workspaces)
    const fresh = roots.filter((root) => !done.has(keyOf(root)))
    if (fresh.length === 0) break
    for (const root of fresh) {
      done.set(keyOf(root), root)
      await protectTop(protecting, root)
    }
  }
  if (home !== undefined && (await protecting.paths.look(home)).kind === 'directory') {
    for (const name of SHELL_STARTUP_FILES) await hold(protecting, join(home, name), 'protected', 'missing-too')
    if (protecting.paths.system === 'win32') await protectWindowsStartup(protecting, home)
  }
  return [...done.values()]
}

/** Below directories that may be missing themselves: the first that is holds the place. */
async function protectWindowsStartup(protecting: Protecting, home: AbsolutePath): Promise<void> {
  for (const rest of WINDOWS_STARTUP_PATHS) {
    const found = await protecting.paths.canonicalize(join(home, rest))
    if (found.ok) await hold(protecting, found.firstMissing ?? found.path, 'protected', 'missing-too')
  }
}

/** The parts of every git directory that the user opened by a rule of its own, wherever it lies. */
export async function protectOpenedGitDirectories(protecting: Protecting): Promise<void> {
  const { rules, paths } = protecting
  for (const rule of rules.all()) {
    if (rule.access !== 'write' || rule.type !== 'directory') continue
    if (!(await isGitDirectory(rule.path, paths))) continue
    const workTree = samePath(rule.path, join(parentOf(rule.path), '.git')) ? parentOf(rule.path) : rule.path
    await protectRepository(protecting, { gitDirectory: rule.path, workTree }, 'protected')
  }
}

/** A `.git` entry of a nested repository: its parts if it is a directory, itself and its target if it is a file. */
export async function protectNestedGit(protecting: Protecting, entry: AbsolutePath): Promise<void> {
  const { rules, paths } = protecting
  const workTree = parentOf(entry)
  const found = await paths.look(entry)
  switch (found.kind) {
    case 'missing':
      return
    case 'failed':
      // Longer than any path that git or a plan could use. Anybody can make one in a shared /tmp, and must not be
      // able to keep every command from starting.
      if (found.code === 'ENAMETOOLONG') {
        protecting.warnings.push('a repository with a path that is too long to be named is not protected')
        return
      }
      throw unresolvable(`the repository ${entry}`, { ok: false, path: entry, ...found })
    case 'directory':
      if (await isGitDirectory(entry, paths)) {
        await protectRepository(protecting, { gitDirectory: entry, workTree }, 'repository')
      }
      return
    case 'file': {
      const pointer = await readGitFile(entry, paths)
      if (isOpened(rules, entry)) open(protecting, entry, pointer)
      else await hold(protecting, entry, 'repository', 'existing')
      if (pointer !== undefined) await protectPointed(protecting, pointer, workTree, 'repository')
      return
    }
    case 'symlink': {
      const target = await paths.canonicalize(entry)
      if (!target.ok || target.type !== 'directory') return
      warnOfLink(protecting, entry)
      await protectRepository(protecting, { gitDirectory: target.path, workTree }, 'repository')
    }
  }
}

async function protectTop(protecting: Protecting, root: AbsolutePath): Promise<void> {
  for (const name of PROTECTED_NAMES) {
    if (name !== '.git') await hold(protecting, join(root, name), 'protected', 'missing-too')
  }
  await protectTopLevelGit(protecting, join(root, '.git'))
  // The root can be a directory of a repository, which obeys what is in the root.
  for (const directory of ancestorsAndSelf(root)) await protectConfiguredBy(protecting, join(directory, '.git'))
  for (const name of SHELL_STARTUP_FILES) await hold(protecting, join(root, name), 'protected', 'existing')
}

async function protectTopLevelGit(protecting: Protecting, entry: AbsolutePath): Promise<void> {
  const { rules, paths } = protecting
  const opened = isOpened(rules, entry)
  if (!opened) await hold(protecting, entry, 'protected', 'missing-too')
  if ((await paths.look(entry)).kind !== 'file') return
  const pointer = await readGitFile(entry, paths)
  if (opened) open(protecting, entry, pointer)
  else if (pointer !== undefined) await hold(protecting, pointer.gitDirectory, 'protected', 'existing')
  if (pointer !== undefined) await protectPointed(protecting, pointer, parentOf(entry), 'protected')
}

/** What the repository of a `.git` entry that is held as a whole, or cannot be written anyway, has git obey. */
async function protectConfiguredBy(protecting: Protecting, entry: AbsolutePath): Promise<void> {
  const found = await protecting.paths.canonicalize(entry)
  if (!found.ok) return
  const workTree = parentOf(entry)
  if (found.type === 'directory') {
    await protectConfigured(protecting, { gitDirectory: found.path, workTree }, 'protected')
  } else if (found.type === 'file') {
    const pointer = await readGitFile(found.path, protecting.paths)
    if (pointer !== undefined) await protectPointed(protecting, pointer, workTree, 'protected')
  }
}

/** The user opened a `.git` file by name: what it points to opens with it, or commits would not work. */
function open({ rules, warnings }: Protecting, gitFile: AbsolutePath, pointer: GitPointer | undefined): void {
  if (pointer?.confirmed !== true) {
    const target = pointer === undefined ? 'nothing' : pointer.gitDirectory
    warnings.push(`${gitFile} points to ${target}, which does not point back; only the file itself is opened`)
    return
  }
  const origin: RuleOrigin = { kind: 'repository', rule: gitFile }
  for (const path of [pointer.gitDirectory, pointer.commonDirectory]) {
    rules.add({ path, access: 'write', type: 'directory', origin })
  }
}

async function protectPointed(
  protecting: Protecting,
  pointer: GitPointer,
  workTree: AbsolutePath,
  kind: Kind,
): Promise<void> {
  for (const gitDirectory of distinctPaths([pointer.gitDirectory, pointer.commonDirectory])) {
    await protectRepository(protecting, { gitDirectory, workTree }, kind)
  }
}

async function protectRepository(protecting: Protecting, repository: GitRepository, kind: Kind): Promise<void> {
  for (const part of GIT_PARTS) {
    await hold(protecting, join(repository.gitDirectory, part.name), kind, part.missing ? 'missing-too' : 'existing')
  }
  await protectConfigured(protecting, repository, kind)
}

/** Hooks and included files that the configuration keeps elsewhere, in the work tree for instance. */
async function protectConfigured(protecting: Protecting, repository: GitRepository, kind: Kind): Promise<void> {
  const { rules, paths, warnings, home } = protecting
  const configured = await configuredPaths(repository, paths, home)
  warnings.push(...configured.warnings)
  for (const path of configured.paths) {
    const found = await paths.canonicalize(path)
    if (found.ok) {
      if (rules.isUsersAt(found.path)) continue
      if (rules.get(found.path)?.access === 'write') {
        warnings.push(`${repository.gitDirectory} has git obey what is in ${found.path}, which stays writable`)
        continue
      }
      for (const link of found.symlinks) if (rules.accessAt(link.path) === 'write') warnOfLink(protecting, link.path)
      await hold(protecting, found.firstMissing ?? found.path, kind, 'missing-too')
    } else if (found.code === 'ENOENT' || found.code === 'ENOTDIR') {
      // The command could put something in the place that the path leads through.
      await hold(protecting, found.path, kind, 'missing-too')
    }
  }
}

/** Makes one path read-only, where it could be written and the user has not said something about it. */
async function hold(
  { rules, paths, warnings }: Protecting,
  place: AbsolutePath,
  kind: Kind,
  which: 'existing' | 'missing-too',
): Promise<void> {
  if (rules.isUsersAt(place) || rules.accessAt(place) !== 'write') return
  const origin: RuleOrigin = { kind, rule: kind === 'protected' ? nameOf(place) : place }
  const found = await paths.look(place)
  switch (found.kind) {
    case 'failed':
      throw unresolvable(`the protected path ${place}`, { ok: false, path: place, ...found })
    case 'missing':
      if (which === 'existing' || !(await paths.files.canCreateIn(parentOf(place)))) return
      rules.add({ path: place, access: 'read', type: 'missing', origin })
      return
    case 'symlink': {
      warnOfLink({ warnings }, place)
      const target = await paths.canonicalize(place)
      if (target.ok && target.type !== 'missing' && isOpenToProtect(rules, target.path)) {
        rules.add({ path: target.path, access: 'read', type: target.type, origin })
      }
      return
    }
    case 'directory':
    case 'file':
      rules.add({ path: found.path, access: 'read', type: found.kind, origin })
  }
}

function isOpenToProtect(rules: RuleSet, path: AbsolutePath): boolean {
  return rules.accessAt(path) === 'write' && !rules.isUsersAt(path)
}

function isOpened(rules: RuleSet, path: AbsolutePath): boolean {
  return rules.isUsersAt(path) && rules.get(path)?.access === 'write'
}

function warnOfLink({ warnings }: Pick<Protecting, 'warnings'>, link: AbsolutePath): void {
  warnings.push(`${link} is a symbolic link: its target is protected, the link itself can be replaced by the command`)
}

/** A directory that the scan could not read: nobody but its owner could change that, so ours is kept as it is. */
export async function protectUnreadable(
  { rules, paths, warnings }: Protecting,
  { path, errno }: { path: AbsolutePath; errno: number },
): Promise<void> {
  if (errno === constants.errno.ENOENT || errno === constants.errno.ENOTDIR) return
  if (!isOpenToProtect(rules, path) || !(await paths.files.isOurs(path))) return
  const rule: ResolvedRule = { path, access: 'read', type: 'directory', origin: { kind: 'repository', rule: path } }
  rules.add(rule)
  warnings.push(`${path} cannot be searched for repositories; it is kept read-only`)
}
