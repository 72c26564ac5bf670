/**
 * Canonical paths: what realpath(3) gives, and what it does not give: the links crossed, and an answer for
 * paths whose last components are missing. Looks at each path of the file system once.
 */
import { lstat, readlink } from 'node:fs/promises'
import { constants } from 'node:os'
import { join, parentOf } from './paths.js'
import type { AbsolutePath, ResolvedRule, ResolvedSymlink } from './types.js'

export interface CanonicalPath {
  ok: true
  /** The existing part without links, followed by the missing part as written. */
  path: AbsolutePath
  type: ResolvedRule['type']
  /** The first component that is missing; everything up to it exists and is a directory. */
  firstMissing?: AbsolutePath
  /** In the order of crossing. */
  symlinks: ResolvedSymlink[]
}

export interface PathFailure {
  ok: false
  code: string
  errno: number
  syscall: 'lstat' | 'readlink'
  /** Where it ended. */
  path: AbsolutePath
  /** The link that points to nothing, when that is the failure. */
  danglingLink?: AbsolutePath
}

type Entry =
  | { kind: 'directory' | 'file' | 'missing' }
  | { kind: 'symlink'; target: string }
  | { kind: 'failed'; code: string; errno: number; syscall: 'lstat' | 'readlink' }

/** A component still to walk; `link` is the symbolic link whose content it is from. */
interface Pending {
  name: string
  link?: AbsolutePath
}

/** Linux's own limit, path_resolution(7). */
const MAX_LINKS = 40

export class PathResolver {
  readonly #entries = new Map<AbsolutePath, Promise<Entry>>()

  /** `path` is absolute and normalised. */
  async canonicalize(path: AbsolutePath): Promise<CanonicalPath | PathFailure> {
    const pending: Pending[] = components(path).reverse()
    const symlinks: ResolvedSymlink[] = []
    let current: AbsolutePath = '/'
    let type: 'directory' | 'file' = 'directory'
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { name, link } = next
      if (type === 'file') return failure('ENOTDIR', 'lstat', current)
      if (name === '..') {
        current = parentOf(current)
        continue
      }
      const here = join(current, name)
      const entry = await this.look(here)
      switch (entry.kind) {
        case 'failed':
          return { ok: false, code: entry.code, errno: entry.errno, syscall: entry.syscall, path: here }
        case 'missing': {
          if (link !== undefined) return { ...failure('ENOENT', 'lstat', here), danglingLink: link }
          const rest = pending.map((component) => component.name).reverse()
          return { ok: true, path: join(here, rest.join('/')), type: 'missing', firstMissing: here, symlinks }
        }
        case 'symlink': {
          if (symlinks.push({ path: here, target: entry.target }) > MAX_LINKS) return failure('ELOOP', 'lstat', here)
          if (entry.target.startsWith('/')) current = '/'
          pending.push(...components(entry.target, link ?? here).reverse())
          break
        }
        case 'directory':
        case 'file':
          current = here
          type = entry.kind
      }
    }
    return { ok: true, path: current, type, symlinks }
  }

  /** What is at the path itself; its parent must be canonical. */
  look(path: AbsolutePath): Promise<Entry> {
    let entry = this.#entries.get(path)
    if (entry === undefined) {
      entry = inspect(path)
      this.#entries.set(path, entry)
    }
    return entry
  }
}

async function inspect(path: AbsolutePath): Promise<Entry> {
  let syscall: 'lstat' | 'readlink' = 'lstat'
  try {
    const stats = await lstat(path)
    if (stats.isDirectory()) return { kind: 'directory' }
    if (!stats.isSymbolicLink()) return { kind: 'file' }
    syscall = 'readlink'
    return { kind: 'symlink', target: await readlink(path) }
  } catch (error) {
    const { code, errno } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return { kind: 'missing' }
    if (code === undefined || errno === undefined) throw error
    return { kind: 'failed', code, errno: Math.abs(errno), syscall }
  }
}

function components(path: string, link?: AbsolutePath): Pending[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  return names.map((name) => (link === undefined ? { name } : { name, link }))
}

function failure(code: 'ENOTDIR' | 'ENOENT' | 'ELOOP', syscall: 'lstat', path: AbsolutePath): PathFailure {
  return { ok: false, code, errno: constants.errno[code], syscall, path }
}
