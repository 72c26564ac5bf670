/** Absolute, normalised paths compared by component, never as plain strings. */
import type { AbsolutePath } from './types.js'

/** True when `inner` is `outer` or lies below it. */
export function contains(outer: AbsolutePath, inner: AbsolutePath): boolean {
  if (outer === '/') return true
  return inner.startsWith(outer) && (inner.length === outer.length || inner[outer.length] === '/')
}

export function parentOf(path: AbsolutePath): AbsolutePath {
  const slash = path.lastIndexOf('/')
  return slash <= 0 ? '/' : path.slice(0, slash)
}

export function join(directory: AbsolutePath, rest: string): AbsolutePath {
  if (rest === '') return directory
  return directory === '/' ? `/${rest}` : `${directory}/${rest}`
}

/** Number of components; 0 for `/`. */
export function depth(path: AbsolutePath): number {
  if (path === '/') return 0
  let count = 0
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) count++
  return count
}

/** The order of rules: by depth, then by path, so that what lies inside comes after what it lies in. */
export function comparePaths(left: AbsolutePath, right: AbsolutePath): number {
  const byDepth = depth(left) - depth(right)
  if (byDepth !== 0) return byDepth
  return left < right ? -1 : left > right ? 1 : 0
}

/** Without the paths that lie in another of them, in the order of rules. */
export function outermost(paths: Iterable<AbsolutePath>): AbsolutePath[] {
  const kept = new Set<AbsolutePath>()
  for (const path of [...paths].sort(comparePaths)) {
    if (![...ancestorsAndSelf(path)].some((ancestor) => kept.has(ancestor))) kept.add(path)
  }
  return [...kept]
}

/** `path`, its parent, and so on to `/`. */
export function* ancestorsAndSelf(path: AbsolutePath): Generator<AbsolutePath> {
  for (let current = path; ; current = parentOf(current)) {
    yield current
    if (current === '/') return
  }
}
