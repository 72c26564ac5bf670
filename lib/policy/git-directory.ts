/**
 * What a `.git` file (of a linked worktree or a submodule) points to. The content is from the workspace, so it
 * is not believed: to take access away any pointer is good enough, to open its target it has to be confirmed
 * from the other side, by files that only somebody with access to the repository could have written.
 */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { posix } from 'node:path'
import type { PathResolver } from './canonical-path.js'
import { join, parentOf } from './paths.js'
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
  const target = /^gitdir: (.+?)[\r\n]*$/s.exec((await readSmallFile(gitFile)) ?? '')?.[1]
  if (target === undefined) return undefined
  const gitDirectory = await directoryAt(target, parentOf(gitFile), paths)
  if (gitDirectory === undefined) return undefined
  const common = await readLine(join(gitDirectory, 'commondir'))
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
  if (parentOf(gitDirectory) !== join(commonDirectory, 'worktrees')) return false
  const back = await readLine(join(gitDirectory, 'gitdir'))
  if (back === undefined || back.includes('\0')) return false
  const found = await paths.canonicalize(posix.resolve(gitDirectory, back))
  return found.ok && found.path === gitFile
}

/** A submodule's git directory names its work tree in its config. */
async function isWorkTreeOf(gitDirectory: AbsolutePath, workTree: AbsolutePath, paths: PathResolver): Promise<boolean> {
  const config = (await readSmallFile(join(gitDirectory, 'config'))) ?? ''
  const named = /^\s*worktree\s*=\s*(.+?)\s*$/m.exec(config)?.[1]
  return named !== undefined && (await directoryAt(named, gitDirectory, paths)) === workTree
}

async function directoryAt(target: string, base: AbsolutePath, paths: PathResolver): Promise<AbsolutePath | undefined> {
  if (target.includes('\0')) return undefined
  const found = await paths.canonicalize(posix.resolve(base, target))
  return found.ok && found.type === 'directory' ? found.path : undefined
}

async function readLine(path: AbsolutePath): Promise<string | undefined> {
  const line = (await readSmallFile(path))?.replace(/[\r\n]+$/, '')
  return line === '' ? undefined : line
}

/** The first bytes of a regular file. A FIFO in its place must not block us, hence O_NONBLOCK. */
export async function readSmallFile(path: AbsolutePath, maxBytes = MAX_BYTES): Promise<string | undefined> {
  let file: FileHandle | undefined
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!(await file.stat()).isFile()) return undefined
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(maxBytes) })
    return buffer.toString('utf8', 0, bytesRead)
  } catch (error) {
    // Unreadable for us is unreadable for git: there is no pointer to follow.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    return undefined
  } finally {
    await file?.close()
  }
}
