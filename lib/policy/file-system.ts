/** What resolution asks of a file system. Tests describe one of Windows in its place, to resolve for it anywhere. */
import { access, constants, lstat, open, readdir, readlink, realpath } from 'node:fs/promises'
import { constants as osConstants } from 'node:os'
import { win32 } from 'node:path'
import { join, type PathSystem } from './paths.js'
import type { AbsolutePath } from './types.js'

export type EntryKind = 'directory' | 'file' | 'symlink'

export interface DirectoryEntry {
  name: string
  kind: EntryKind
}

/** Failures have `code`, `errno` and `syscall`, as those of node:fs. */
export interface FileSystem {
  readonly system: PathSystem
  /** Of the path itself, without following it. On Windows junctions are symbolic links, too. */
  kindOf(path: AbsolutePath): Promise<EntryKind>
  readlink(path: AbsolutePath): Promise<string>
  /** Where the system ends up: without links, short names and substituted drives, in the spelling of the disk. */
  realpath(path: AbsolutePath): Promise<AbsolutePath>
  list(directory: AbsolutePath): Promise<DirectoryEntry[]>
  /** The start of a regular file, as UTF-8. Undefined for anything else. */
  readStart(file: AbsolutePath, maxBytes: number): Promise<string | undefined>
  /** False only when the command, which runs as this user, cannot make an entry in the directory by any means. */
  canCreateIn(directory: AbsolutePath): Promise<boolean>
  /** Whether this user may take away what keeps it from the directory. */
  isOurs(directory: AbsolutePath): Promise<boolean>
}

/** The number of POSIX for a failure of node:fs, which has numbers of its own on Windows. */
export function errnoOf({ code, errno }: NodeJS.ErrnoException): number | undefined {
  const known = code === undefined ? undefined : (osConstants.errno as Record<string, number>)[code]
  return known ?? (errno === undefined ? undefined : Math.abs(errno))
}

const COMMON = {
  async kindOf(path: AbsolutePath): Promise<EntryKind> {
    return kindOfEntry(await lstat(path))
  },
  readlink: (path: AbsolutePath) => readlink(path),

  /** A FIFO in its place must not block us, hence O_NONBLOCK, which Windows does not have. */
  async readStart(file: AbsolutePath, maxBytes: number): Promise<string | undefined> {
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      if (!(await handle.stat()).isFile()) return undefined
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(maxBytes) })
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await handle.close()
    }
  },
}

const POSIX_FILES: FileSystem = {
  ...COMMON,
  system: 'posix',
  realpath: (path) => realpath(path),

  async list(directory) {
    const entries = await readdir(directory, { withFileTypes: true })
    return entries.map((entry) => ({ name: entry.name, kind: kindOfEntry(entry) }))
  },

  async canCreateIn(directory) {
    try {
      await access(directory, constants.W_OK | constants.X_OK)
      return true
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EROFS') return false
      return code !== 'EACCES' || (await this.isOurs(directory))
    }
  },

  /** The owner of a directory may change its mode. What vanished meanwhile counts as ours: it could be made again. */
  async isOurs(directory) {
    try {
      return (await lstat(directory)).uid === process.geteuid?.()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return true
      throw error
    }
  },
}

const WINDOWS_FILES: FileSystem = {
  ...COMMON,
  system: 'win32',

  /** The root of a share ends with a backslash as that of a drive does. */
  realpath: async (path) => win32.resolve(await realpath(path)),

  /**
   * Directories say `link` of all reparse points, of files that lie in a cloud for instance. What cannot be told is
   * listed as a directory, so that somebody has to look inside.
   */
  async list(directory) {
    const entries = await readdir(directory, { withFileTypes: true })
    return Promise.all(
      entries.map(async (entry) => {
        const kind = kindOfEntry(entry)
        if (kind !== 'symlink') return { name: entry.name, kind }
        return {
          name: entry.name,
          kind: await this.kindOf(join(directory, entry.name)).catch(() => 'directory' as const),
        }
      }),
    )
  },

  /** Node does not tell what an ACL allows, so that the answer is the careful one. */
  canCreateIn: async (directory) => directory !== '/',
  isOurs: async () => true,
}

export const HOST_FILES: FileSystem = process.platform === 'win32' ? WINDOWS_FILES : POSIX_FILES

function kindOfEntry(entry: { isDirectory(): boolean; isSymbolicLink(): boolean }): EntryKind {
  if (entry.isDirectory()) return 'directory'
  return entry.isSymbolicLink() ? 'symlink' : 'file'
}
