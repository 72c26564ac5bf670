/** What resolution has to know of the world: passed in, checked once, made canonical. */
import { constants } from 'node:os'
import { SandboxError } from '../errors.js'
import type { CanonicalPath, PathFailure, PathResolver } from './canonical-path.js'
import { hostVariable } from './environment.js'
import type { FileSystem } from './file-system.js'
import { minimalPaths } from './minimal-paths.js'
import { contains, isAbsolute, isVolumeRoot, type PathSystem, resolveFrom } from './paths.js'
import { PolicyError } from './policy-error.js'
import type { Anchor } from './rule-path.js'
import type { AbsolutePath, ResolvedSymlink } from './types.js'
import { problemOfPath } from './windows-names.js'

/** Every `.git` entry below the roots, at any depth. The native scan has this shape; see binding-types.ts. */
export interface ResolveScanResult {
  gitEntries: string[]
  directories: number
  complete: boolean
  unreadable: Array<{ path: string; errno: number }>
  unrepresentable: number
}
/** A root may lie in another one: the way to it may be closed to the scan of the outer one. */
export type ResolveScan = (roots: string[], options: { maxDirectories: number }) => Promise<ResolveScanResult>

export interface ResolveContext {
  /** The working directory of the command. Absolute, or relative to the process. */
  cwd: string
  /** Where relative paths of the policy start. Default: `cwd`. */
  baseDirectory?: string
  /** The policy file, for origins and error messages. */
  file?: string
  /** What `:workspace_roots` stands for; relative ones start at `cwd`. Default: only `cwd`. */
  workspaceRoots?: string[]
  /** The host's environment; TMPDIR is read, and on Windows TEMP, TMP and where programs are. */
  env: Readonly<Record<string, string | undefined>>
  homedir: string
  /** ringfence's own state, denied to every command. It should exist. */
  stateDirectory: string
  /** Finds the repositories below the writable roots. */
  scan: ResolveScan
  /** Directories that the scan may visit. Default 200,000. */
  maxScanDirectories?: number
  /** Directory entries that the globs together may look at. Default 200,000; more is an error. */
  maxGlobEntries?: number
  /** Default: that of this system. Paths of all other fields are its paths. */
  files?: FileSystem
}

/** A canonical directory that rules start from, with the links on the way to it. */
export interface Place {
  path: AbsolutePath
  symlinks: ResolvedSymlink[]
}

export interface Places {
  cwd: Place
  workspaceRoots: Place[]
  /** Undefined when the home directory is not an absolute path. */
  home: Place | undefined
  base: Place
  /** As TMPDIR has it: may be missing. None on Windows without TEMP and TMP. */
  tmpdir: Place[]
  /** /tmp; none on Windows. */
  slashTmp: Place[]
  /** What `:minimal` stands for. */
  minimal: readonly AbsolutePath[]
}

const ROOT: Place = { path: '/', symlinks: [] }
const SLASH_TMP: Place = { path: '/tmp', symlinks: [] }

export async function findPlaces(context: ResolveContext, paths: PathResolver, warnings: string[]): Promise<Places> {
  const { system } = paths
  const absolute = (field: string, path: string, base?: () => string) => absoluteOn(system, field, path, base)
  const cwd = await directory(paths, absolute('cwd', context.cwd), 'the working directory')
  const roots = context.workspaceRoots ?? [context.cwd]
  const tmpdir = system === 'win32' ? windowsTemporary(context, warnings) : posixTemporary(context, warnings)
  return {
    cwd,
    workspaceRoots: await Promise.all(
      roots.map((root, index) =>
        directory(
          paths,
          absolute(`workspaceRoots[${index}]`, root, () => cwd.path),
          'the workspace root',
        ),
      ),
    ),
    home: isAbsolute(system, context.homedir) ? await anywhere(paths, absolute('homedir', context.homedir)) : undefined,
    base:
      context.baseDirectory === undefined
        ? cwd
        : await directory(paths, absolute('baseDirectory', context.baseDirectory), 'the directory of the policy'),
    tmpdir: tmpdir === undefined ? [] : [await anywhere(paths, tmpdir)],
    slashTmp: system === 'win32' ? [] : [SLASH_TMP],
    minimal: minimalPaths(system, context.env),
  }
}

/** The places that an anchor stands for, none on some systems; `undefined` for a home directory that is not known. */
export function placesOf(anchor: Anchor, places: Places): Place[] | undefined {
  switch (anchor) {
    case 'absolute':
    case 'root':
      return [ROOT]
    case 'cwd':
      return [places.cwd]
    case 'workspace_roots':
      return places.workspaceRoots
    case 'anywhere':
      return [...places.workspaceRoots, places.cwd]
    case 'tmpdir':
      return places.tmpdir
    case 'slash_tmp':
      return places.slashTmp
    case 'base':
      return [places.base]
    case 'home':
      return places.home === undefined ? undefined : [places.home]
  }
}

/** `what` names the path for people: `the working directory`, `rule "./x"`. */
export function unresolvable(what: string, failure: PathFailure, hint?: string): SandboxError {
  const problem =
    failure.danglingLink === undefined
      ? `${failure.code} at ${failure.path}`
      : `the symbolic link ${failure.danglingLink} points to nothing (${failure.path} is missing)`
  return new SandboxError(`cannot resolve ${what}: ${problem}`, {
    code: 'SANDBOX_PATH_UNRESOLVABLE',
    stage: 'policy.path',
    syscall: failure.syscall,
    errno: failure.errno,
    path: failure.danglingLink ?? failure.path,
    ...(hint === undefined ? {} : { hint }),
  })
}

/** `ENOENT` as a failure of looking at `path`. */
export function missing(path: AbsolutePath): PathFailure {
  return { ok: false, code: 'ENOENT', errno: constants.errno.ENOENT, syscall: 'lstat', path }
}

function absoluteOn(system: PathSystem, field: string, path: string, base = currentDirectory): AbsolutePath {
  if (typeof path !== 'string' || path === '') throw new PolicyError('expected a path', { field })
  if (path.includes('\0')) throw new PolicyError('the path contains NUL', { field })
  const problem = system === 'win32' ? problemOfPath(path) : undefined
  if (problem !== undefined) throw new PolicyError(problem, { field })
  return resolveFrom(system, isAbsolute(system, path) ? '/' : base(), path)
}

/** The process's own cwd, which may have been deleted. */
function currentDirectory(): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new SandboxError('the working directory of this process does not exist any more', {
      code: 'SANDBOX_PATH_UNRESOLVABLE',
      stage: 'policy.path',
      syscall: 'getcwd',
      errno: constants.errno.ENOENT,
      cause,
    })
  }
}

async function directory(paths: PathResolver, path: AbsolutePath, what: string): Promise<Place> {
  const found = await paths.canonicalize(path)
  if (!found.ok) throw unresolvable(`${what} ${path}`, found)
  if (found.type === 'missing') throw unresolvable(`${what} ${path}`, missing(found.path))
  if (found.type === 'file') {
    const code = 'ENOTDIR'
    throw unresolvable(`${what} ${path}`, { ok: false, code, errno: constants.errno[code], syscall: 'lstat', path })
  }
  return found
}

/** A place that may be missing or out of reach; rules find out when they use it. */
async function anywhere(paths: PathResolver, path: AbsolutePath): Promise<Place> {
  const found: CanonicalPath | PathFailure = await paths.canonicalize(path)
  return found.ok ? found : { path, symlinks: [] }
}

/**
 * TMPDIR, or /tmp. A TMPDIR that is the root or the home directory would open far more than temporary files
 * to the presets, and a relative one means another directory to every program: both are passed over.
 */
function posixTemporary({ env, homedir }: ResolveContext, warnings: string[]): AbsolutePath {
  const tmpdir = env.TMPDIR
  if (tmpdir === undefined || tmpdir === '') return '/tmp'
  const path = resolveFrom('posix', '/', tmpdir)
  const home = resolveFrom('posix', '/', homedir)
  if (isAbsolute('posix', tmpdir) && !tmpdir.includes('\0') && path !== '/' && path !== home) {
    return path
  }
  warnings.push(`TMPDIR=${JSON.stringify(tmpdir)} is not taken as a temporary directory; :tmpdir means /tmp`)
  return '/tmp'
}

/**
 * TEMP, or else TMP, as os.tmpdir() has it; but without both nothing, and not a directory of Windows itself. What is a
 * drive, or holds the home directory, is passed over for the same reason as above.
 */
function windowsTemporary({ env, homedir }: ResolveContext, warnings: string[]): AbsolutePath | undefined {
  const name = hostVariable('win32', env, 'TEMP') ? 'TEMP' : 'TMP'
  const tmpdir = hostVariable('win32', env, name)
  if (tmpdir === undefined || tmpdir === '') {
    warnings.push('neither TEMP nor TMP is set; :tmpdir means nothing')
    return undefined
  }
  if (isAbsolute('win32', tmpdir) && !tmpdir.includes('\0')) {
    const path = resolveFrom('win32', '/', tmpdir)
    const holdsHome = isAbsolute('win32', homedir) && contains(path, resolveFrom('win32', '/', homedir))
    if (!isVolumeRoot(path) && !holdsHome && problemOfPath(path) === undefined) return path
  }
  warnings.push(`${name}=${JSON.stringify(tmpdir)} is not taken as a temporary directory; :tmpdir means nothing`)
  return undefined
}
