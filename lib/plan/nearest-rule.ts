/** The rule or step that decides about a path: the deepest one above it. */
import { comparePaths, keyOf, parentOf } from '../policy/paths.js'
import type { AbsolutePath } from '../policy/types.js'

/**
 * The value of the deepest entry that is a proper ancestor of `path`. Linear in the depth of the path. Entries of
 * Windows are looked up by keyOf().
 */
export function nearestAbove<Value>(entries: ReadonlyMap<string, Value>, path: AbsolutePath): Value | undefined {
  for (let directory = path; directory !== '/'; ) {
    directory = parentOf(directory)
    const value = entries.get(keyOf(directory))
    if (value !== undefined) return value
  }
  return undefined
}

/** For sorting: parents before children, and one fixed order among equals. */
export function byDepth(left: { path: AbsolutePath }, right: { path: AbsolutePath }): number {
  return comparePaths(left.path, right.path)
}
