/** Paths that files of a workspace name: nobody has looked at them, and a command may have written them. */
import { isOnShare, type PathSystem, resolveFrom, samePath, volumeOf } from './paths.js'
import type { AbsolutePath } from './types.js'
import { isRooted, parseWindowsText, problemOfNames, trimNames } from './windows-names.js'

/**
 * The path, normalised, as seen from `base`. Undefined for what names no place on a disk, and on Windows for other file
 * shares: to look at one tells another machine who this user is.
 */
export function pathInFile(system: PathSystem, base: AbsolutePath, text: string): AbsolutePath | undefined {
  if (text.includes('\0')) return undefined
  if (system === 'posix') return resolveFrom(system, base, text)
  const path = onWindows(base, text)
  if (path === undefined || !isOnShare(path)) return path
  return isOnShare(base) && samePath(volumeOf(base), volumeOf(path)) ? path : undefined
}

/** A path without a drive is one of the drive of `base`. */
function onWindows(base: AbsolutePath, text: string): AbsolutePath | undefined {
  const rooted = isRooted(text)
  const parsed = parseWindowsText(rooted ? text.slice(1) : text)
  if (parsed.kind === 'invalid') return undefined
  const rest = trimNames(parsed.rest)
  if (problemOfNames(rest, { globs: false }) !== undefined) return undefined
  const start = parsed.kind === 'absolute' ? parsed.volume : rooted ? volumeOf(base) : base
  return resolveFrom('win32', start, `./${rest}`)
}
