/**
 * Canonical paths: what realpath(3) gives, and what it does not give: the links crossed, and an answer for
 * paths whose last components are missing. Looks at each path of the file system once.
 *
 * On Windows every component is asked for its real path too: it has the name of the disk where the path has a short
 * name or another case, and the directory behind a substituted drive. In the end the system's own answer for the whole
 * path has to be the same, since it takes a relative link below a junction in a way of its own.
 */
import { constants } from 'node:os'
import { errnoOf, type FileSystem, HOST_FILES } from './file-system.js'
import {
  depth,
  isAbsolute,
  isOnShare,
  isVolumeRoot,
  join,
  keyOf,
  type PathSystem,
  parentOf,
  resolveFrom,
  samePath,
  volumeOf,
} from './paths.js'
import type { AbsolutePath, ResolvedRule, ResolvedSymlink } from './types.js'

type LookCall = 'lstat' | 'readlink' | 'realpath'

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
  syscall: LookCall
  /** Where it ended. */
  path: AbsolutePath
  /** The link that points to nothing, when that is the failure. */
  danglingLink?: AbsolutePath
}

type Entry =
  | { kind: 'directory' | 'file'; path: AbsolutePath }
  | { kind: 'missing' }
  | { kind: 'symlink'; target: string }
  | { kind: 'failed'; code: string; errno: number; syscall: LookCall }

/** A component still to walk; `link` is the symbolic link whose content it is from. */
interface Pending {
  name: string
  link?: AbsolutePath
}

/** Linux's own limit, path_resolution(7). Windows has 63. */
const MAX_LINKS = 40

const ALL_DRIVES: CanonicalPath = { ok: true, path: '/', type: 'directory', symlinks: [] }

export class PathResolver {
  readonly files: FileSystem
  readonly #entries = new Map<string, Promise<Entry>>()

  constructor(files: FileSystem = HOST_FILES) {
    this.files = files
  }

  get system(): PathSystem {
    return this.files.system
  }

  /** `path` is absolute and normalised. */
  async canonicalize(path: AbsolutePath): Promise<CanonicalPath | PathFailure> {
    if (this.system === 'posix') return this.#walk(path)
    // Nothing but all drives has a path like that of POSIX.
    if (path[0] === '/') return path === '/' ? ALL_DRIVES : failure('ENOENT', 'lstat', path)
    const found = await this.#walk(path)
    return found.ok ? this.#confirm(path, found) : found
  }

  async #walk(path: AbsolutePath): Promise<CanonicalPath | PathFailure> {
    const pending: Pending[] = this.#components(path).reverse()
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
      const here = this.#child(current, name)
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
          const target = this.#targetOf(entry.target, current)
          if (target === undefined) return failure('EXDEV', 'readlink', here)
          if (target.startsOver) current = '/'
          pending.push(...this.#components(target.path, link ?? here).reverse())
          break
        }
        case 'directory':
        case 'file':
          current = entry.path
          type = entry.kind
      }
    }
    return { ok: true, path: current, type, symlinks }
  }

  /** What is at the path itself; its parent must be canonical. */
  look(path: AbsolutePath): Promise<Entry> {
    const key = keyOf(path)
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = this.#inspect(path)
      this.#entries.set(key, entry)
    }
    return entry
  }

  async #inspect(path: AbsolutePath): Promise<Entry> {
    let syscall: LookCall = 'lstat'
    try {
      const isMadeUp = this.system === 'win32' && path === '/'
      const kind = isMadeUp ? 'directory' : await this.files.kindOf(path)
      if (kind === 'symlink') {
        syscall = 'readlink'
        return { kind, target: await this.files.readlink(path) }
      }
      if (this.system === 'posix' || isMadeUp) return { kind, path }
      syscall = 'realpath'
      const real = await this.files.realpath(path)
      return isAbsolute('win32', real) ? { kind, path: real } : { kind: 'failed', ...invalid(syscall) }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return { kind: 'missing' }
      const errno = errnoOf(error as NodeJS.ErrnoException)
      if (code === undefined || errno === undefined) throw error
      return { kind: 'failed', code, errno, syscall }
    }
  }

  /** On Windows: fails where the system's own answer for the part that exists is another one. */
  async #confirm(path: AbsolutePath, found: CanonicalPath): Promise<CanonicalPath | PathFailure> {
    const { firstMissing } = found
    const existing = firstMissing === undefined ? found.path : parentOf(firstMissing)
    const written = firstMissing === undefined ? path : ancestorAt(path, depth(found.path) - depth(existing))
    if (written === '/') return found
    try {
      if (samePath(await this.files.realpath(written), existing)) return found
    } catch (error) {
      const { code = 'EINVAL' } = error as NodeJS.ErrnoException
      const errno = errnoOf(error as NodeJS.ErrnoException)
      if (errno === undefined) throw error
      return { ok: false, code, errno, syscall: 'realpath', path: written }
    }
    return failure('EINVAL', 'realpath', written)
  }

  /**
   * Undefined: the link of a drive leads to a file share. It could be anybody's, a look at it tells another machine
   * who this user is, and no ACL of ours would hold there.
   */
  #targetOf(target: string, directory: AbsolutePath): { path: string; startsOver: boolean } | undefined {
    if (this.system === 'posix') return { path: target, startsOver: target.startsWith('/') }
    const path = resolveFrom('win32', directory, target)
    if (isOnShare(path) && !(isOnShare(directory) && samePath(volumeOf(path), volumeOf(directory)))) return undefined
    return { path, startsOver: true }
  }

  /** On Windows the first of an absolute path is its volume; POSIX keeps `..`, which a link before it can turn. */
  #components(path: string, link?: AbsolutePath): Pending[] {
    const volume = this.system === 'win32' ? volumeOf(path) : ''
    const separator = this.system === 'win32' ? '\\' : '/'
    const names = path
      .slice(volume.length)
      .split(separator)
      .filter((name) => name !== '' && name !== '.')
    return (volume === '' ? names : [volume, ...names]).map((name) => (link === undefined ? { name } : { name, link }))
  }

  #child(directory: AbsolutePath, name: string): AbsolutePath {
    return this.system === 'win32' && isVolumeRoot(name) ? name : join(directory, name)
  }
}

/** A name in a form that no rule has. */
function invalid(syscall: LookCall): { code: string; errno: number; syscall: LookCall } {
  return { code: 'EINVAL', errno: constants.errno.EINVAL, syscall }
}

/** The directory `levels` above the path. */
function ancestorAt(path: AbsolutePath, levels: number): AbsolutePath {
  let at = path
  for (let level = 0; level < levels; level++) at = parentOf(at)
  return at
}

function failure(
  code: 'ENOTDIR' | 'ENOENT' | 'ELOOP' | 'EXDEV' | 'EINVAL',
  syscall: LookCall,
  path: AbsolutePath,
): PathFailure {
  return { ok: false, code, errno: constants.errno[code], syscall, path }
}
