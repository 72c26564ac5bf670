/** A bounded walk of a directory tree that follows no links. What it cannot look at, it reports. */
import { SandboxError } from '../errors.js'
import { type DirectoryEntry, errnoOf, type FileSystem } from './file-system.js'
import { join, parentOf } from './paths.js'
import type { AbsolutePath } from './types.js'

export interface WalkVisitor {
  /** Of an entry with this path relative to the root; true: look inside, when it is a directory. */
  visit(relative: string, path: AbsolutePath, entry: DirectoryEntry): boolean
  /** A directory that this user may not read. */
  unreadable(path: AbsolutePath): void
}

/** Entries that may still be looked at, shared by the walks of one resolution. */
export interface WalkBudget {
  entries: number
  readonly maxEntries: number
}

const PARALLEL_READS = 16

export async function walk(
  root: AbsolutePath,
  visitor: WalkVisitor,
  budget: WalkBudget,
  files: FileSystem,
): Promise<void> {
  const queue = ['']
  while (queue.length > 0) {
    const batch = queue.splice(-PARALLEL_READS)
    const listings = await Promise.all(batch.map((relative) => list(join(root, relative), visitor, files)))
    for (const [index, entries] of listings.entries()) {
      budget.entries -= entries.length
      if (budget.entries < 0) throw tooLarge(root, budget)
      const parent = batch[index] ?? ''
      for (const entry of entries) {
        const relative = parent === '' ? entry.name : `${parent}/${entry.name}`
        const path = join(root, relative)
        if (entry.name.includes('\ufffd')) await requireNameable(path, files)
        if (visitor.visit(relative, path, entry) && entry.kind === 'directory') queue.push(relative)
      }
    }
  }
}

async function list(directory: AbsolutePath, visitor: WalkVisitor, files: FileSystem): Promise<DirectoryEntry[]> {
  try {
    return await files.list(directory)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // It went away since its parent was read.
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    if (code === 'EACCES' || code === 'EPERM') {
      visitor.unreadable(directory)
      return []
    }
    const errno = errnoOf(error as NodeJS.ErrnoException)
    throw new SandboxError(`cannot list ${directory} to expand a glob: ${code}`, {
      code: 'SANDBOX_PATH_UNRESOLVABLE',
      stage: 'policy.glob',
      syscall: 'scandir',
      ...(errno === undefined ? {} : { errno }),
      path: directory,
      cause: error,
    })
  }
}

/** Node shows bytes that are not UTF-8 as U+FFFD, and such a path leads nowhere: its rule would protect nothing. */
async function requireNameable(path: AbsolutePath, files: FileSystem): Promise<void> {
  try {
    await files.kindOf(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new SandboxError(`cannot expand a glob: a name in ${parentOf(path)} is not valid UTF-8`, {
      code: 'SANDBOX_POLICY_UNENFORCEABLE',
      stage: 'policy.glob',
      path: parentOf(path),
      hint: 'rename the entry, or name the paths to deny one by one',
    })
  }
}

function tooLarge(root: AbsolutePath, { maxEntries }: WalkBudget): SandboxError {
  return new SandboxError(`cannot expand a glob: more than ${maxEntries} entries, the last of them below ${root}`, {
    code: 'SANDBOX_POLICY_UNENFORCEABLE',
    stage: 'policy.glob',
    path: root,
    hint: 'start the glob at a smaller directory (./src/**/x), name the paths, or raise maxGlobEntries',
  })
}
