/**
 * Absolute, normalised paths compared by component, never as plain strings.
 *
 * A path says by its form which system it is of: those of Windows start with a drive or with two backslashes, those of
 * POSIX with one slash. Nothing else has to be told, so policies of both can be worked on everywhere.
 *
 *   /home/u/x            POSIX
 *   C:\dir\x             a drive; its root is C:\
 *   \\server\share\x     a file share; its root is \\server\share\
 *   /                    what all others lie in: the root, on Windows the (made-up) parent of all drives and shares
 *
 * Paths of Windows are compared without regard to the case of ASCII letters. Windows does the same for most other
 * letters; such a path counts as another one here. It cannot be in a policy twice by accident, since existing paths are
 * spelled as the file system has them.
 */
import { posix, win32 } from 'node:path'
import type { AbsolutePath } from './types.js'

/** Whose rules of paths hold, as node:path names them. */
export type PathSystem = 'posix' | 'win32'

export const HOST_SYSTEM: PathSystem = process.platform === 'win32' ? 'win32' : 'posix'

function isWindowsPath(path: AbsolutePath): boolean {
  return path[0] !== '/'
}

/** Between the components of paths like this one. */
function separatorOf(path: AbsolutePath): '/' | '\\' {
  return isWindowsPath(path) ? '\\' : '/'
}

/** The same for all spellings of a path: for maps and sets. */
export function keyOf(path: AbsolutePath): string {
  return isWindowsPath(path) ? foldAscii(path) : path
}

export function samePath(left: AbsolutePath, right: AbsolutePath): boolean {
  return keyOf(left) === keyOf(right)
}

/** True when `inner` is `outer` or lies below it. */
export function contains(outer: AbsolutePath, inner: AbsolutePath): boolean {
  if (outer === '/') return true
  const [outerKey, innerKey] = [keyOf(outer), keyOf(inner)]
  if (!innerKey.startsWith(outerKey)) return false
  return innerKey.length === outerKey.length || isVolumeRoot(outer) || innerKey[outerKey.length] === separatorOf(outer)
}

export function parentOf(path: AbsolutePath): AbsolutePath {
  if (!isWindowsPath(path)) {
    const slash = path.lastIndexOf('/')
    return slash <= 0 ? '/' : path.slice(0, slash)
  }
  if (isVolumeRoot(path)) return '/'
  const start = volumeLength(path)
  const backslash = path.lastIndexOf('\\')
  return path.slice(0, Math.max(backslash, start))
}

/** The last component; the whole path for a root. */
export function nameOf(path: AbsolutePath): string {
  return path === '/' || isVolumeRoot(path) ? path : path.slice(path.lastIndexOf(separatorOf(path)) + 1)
}

/** Whether one of the components is `name`, which is in lower case. */
export function hasComponent(path: AbsolutePath, name: string): boolean {
  return keyOf(path).split(separatorOf(path)).includes(name)
}

/** Without those that are another spelling of one before them. */
export function distinctPaths(paths: Iterable<AbsolutePath>): AbsolutePath[] {
  const kept = new Map<string, AbsolutePath>()
  for (const path of paths) if (!kept.has(keyOf(path))) kept.set(keyOf(path), path)
  return [...kept.values()]
}

/** Absolute on its own: on Windows `C:\x` and `\\server\share`, neither `C:x` nor `\x`. */
export function isAbsolute(system: PathSystem, path: string): boolean {
  if (system === 'posix') return posix.isAbsolute(path)
  return /^[A-Za-z]:[\\/]/.test(path) || /^[\\/]{2}[^\\/]+[\\/]+[^\\/]+/.test(path)
}

/** `path` as seen from `base`, normalised; `..` is taken as text. Without regard to what is there. */
export function resolveFrom(system: PathSystem, base: AbsolutePath, path: string): AbsolutePath {
  if (system === 'posix') return posix.resolve(base, path)
  if (base === '/' && path === '') return '/'
  return win32.resolve(base, path)
}

/** The components of `rest` are separated by slashes, on Windows also by backslashes. */
export function join(directory: AbsolutePath, rest: string): AbsolutePath {
  if (rest === '') return directory
  if (directory === '/') return `/${rest}`
  if (!isWindowsPath(directory)) return `${directory}/${rest}`
  return (isVolumeRoot(directory) ? directory : `${directory}\\`) + rest.replaceAll('/', '\\')
}

/** `inner` as seen from `outer`, which contains it, with slashes. Empty: they are the same. */
export function relativeTo(outer: AbsolutePath, inner: AbsolutePath): string {
  const rest = inner.slice(outer.length).replace(/^[\\/]/, '')
  return isWindowsPath(inner) ? rest.replaceAll('\\', '/') : rest
}

/** Number of components; 0 for `/`, 1 for the root of a drive or share. */
export function depth(path: AbsolutePath): number {
  if (path === '/') return 0
  let count = 0
  const separator = separatorOf(path)
  const start = isWindowsPath(path) ? volumeLength(path) : 0
  if (start > 0) count = path.length > start ? 2 : 1
  for (let at = path.indexOf(separator, start); at !== -1; at = path.indexOf(separator, at + 1)) count++
  return count
}

/** The order of rules: by depth, then by path, so that what lies inside comes after what it lies in. */
export function comparePaths(left: AbsolutePath, right: AbsolutePath): number {
  const byDepth = depth(left) - depth(right)
  if (byDepth !== 0) return byDepth
  const [leftKey, rightKey] = [keyOf(left), keyOf(right)]
  return leftKey < rightKey ? -1 : leftKey > rightKey ? 1 : 0
}

/** Without the paths that lie in another of them, in the order of rules. */
export function outermost(paths: Iterable<AbsolutePath>): AbsolutePath[] {
  const kept = new Map<string, AbsolutePath>()
  for (const path of [...paths].sort(comparePaths)) {
    if (![...ancestorsAndSelf(path)].some((ancestor) => kept.has(keyOf(ancestor)))) kept.set(keyOf(path), path)
  }
  return [...kept.values()]
}

/** `path`, its parent, and so on to `/`. */
export function* ancestorsAndSelf(path: AbsolutePath): Generator<AbsolutePath> {
  for (let current = path; ; current = parentOf(current)) {
    yield current
    if (current === '/') return
  }
}

/** The drive or share that a path of Windows lies on: `C:\`, `\\server\share\`. */
export function volumeOf(path: AbsolutePath): AbsolutePath {
  return path.slice(0, volumeLength(path))
}

/** On a file share: looking at such a path talks to another machine. */
export function isOnShare(path: AbsolutePath): boolean {
  return path.startsWith('\\\\')
}

/** The root of a drive or of a share. Never true for paths of POSIX. */
export function isVolumeRoot(path: AbsolutePath): boolean {
  return path.endsWith('\\') && isWindowsPath(path)
}

/** With the backslash that ends it: 3 for `C:\`. */
function volumeLength(path: AbsolutePath): number {
  if (path[1] === ':') return 3
  const share = path.indexOf('\\', 2) + 1
  return path.indexOf('\\', share) + 1
}

function foldAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
