/**
 * What a `.git` file (of a linked worktree or a submodule) points to. The content is from the workspace, so it
 * is not believed: to take access away any pointer is good enough, to open its target it has to be confirmed
 * from the other side, by files that only somebody with access to the repository could have written.
 */
import type { PathResolver } from './canonical-path.js'
import { pathInFile } from './path-in-file.js'
import { join, parentOf, samePath } from './paths.js'
import type { AbsolutePath } from './types.js'

export interface GitPointer {
  gitDirectory: AbsolutePath
  /** Of all worktrees of the repository; the git directory itself where there are no others. */
  commonDirectory: AbsolutePath
  /** Whether the git directory says that this `.git` file is its own. */
  confirmed: boolean
}

const MAX_BYTES = 64 * 1024

/** `undefined` when the file is not a pointer or leads nowhere. */
export async function readGitFile(gitFile: AbsolutePath, paths: PathResolver): Promise<GitPointer | undefined> {
  const target = /^gitdir: (.+?)[\r\n]*$/s.exec((await readSmallFile(gitFile, paths)) ?? '')?.[1]
  if (target === undefined) return undefined
  const gitDirectory = await directoryAt(target, parentOf(gitFile), paths)
  if (gitDirectory === undefined) return undefined
  const common = await readLine(join(gitDirectory, 'commondir'), paths)
  if (common === undefined) {
    const confirmed = await isWorkTreeOf(gitDirectory, parentOf(gitFile), paths)
    return { gitDirectory, commonDirectory: gitDirectory, confirmed }
  }
  const commonDirectory = await directoryAt(common, gitDirectory, paths)
  if (commonDirectory === undefined) return undefined
  const pointer = { gitDirectory, commonDirectory, confirmed: false }
  return { ...pointer, confirmed: await isLinkedWorktree(gitFile, pointer, paths) }
}

/** By what git itself goes by: HEAD, and objects and refs of its own or of another directory. */
export async function isGitDirectory(directory: AbsolutePath, paths: PathResolver): Promise<boolean> {
  const has = async (name: string): Promise<boolean> => (await paths.look(join(directory, name))).kind !== 'missing'
  return (await has('HEAD')) && ((await has('commondir')) || ((await has('objects')) && (await has('refs'))))
}

/** Worktrees lie in the common directory, which a stranger cannot write, and name their `.git` file. */
async function isLinkedWorktree(
  gitFile: AbsolutePath,
  { gitDirectory, commonDirectory }: GitPointer,
  paths: PathResolver,
): Promise<boolean> {
  if (!samePath(parentOf(gitDirectory), join(commonDirectory, 'worktrees'))) return false
  const back = await readLine(join(gitDirectory, 'gitdir'), paths)
  const path = back === undefined ? undefined : pathInFile(paths.system, gitDirectory, back)
  if (path === undefined) return false
  const found = await paths.canonicalize(path)
  return found.ok && samePath(found.path, gitFile)
}

/** A submodule's git directory names its work tree in its config. */
async function isWorkTreeOf(gitDirectory: AbsolutePath, workTree: AbsolutePath, paths: PathResolver): Promise<boolean> {
  const config = (await readSmallFile(join(gitDirectory, 'config'), paths)) ?? ''
  const named = /^\s*worktree\s*=\s*(.+?)\s*$/m.exec(config)?.[1]
  const found = named === undefined ? undefined : await directoryAt(named, gitDirectory, paths)
  return found !== undefined && samePath(found, workTree)
}

async function directoryAt(target: string, base: AbsolutePath, paths: PathResolver): Promise<AbsolutePath | undefined> {
  const path = pathInFile(paths.system, base, target)
  if (path === undefined) return undefined
  const found = await paths.canonicalize(path)
  return found.ok && found.type === 'directory' ? found.path : undefined
}

async function readLine(path: AbsolutePath, paths: PathResolver): Promise<string | undefined> {
  const line = (await readSmallFile(path, paths))?.replace(/[\r\n]+$/, '')
  return line === '' ? undefined : line
}

/** The first bytes of a regular file. */
export async function readSmallFile(
  path: AbsolutePath,
  { files }: PathResolver,
  maxBytes = MAX_BYTES,
): Promise<string | undefined> {
  try {
    return await files.readStart(path, maxBytes)
  } catch (error) {
    // Unreadable for us is unreadable for git: there is no pointer to follow.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    return undefined
  }
}
