/** Globs as text: which relative paths match, and how deep one has to look. */
import picomatch from 'picomatch'
import type { PathSystem } from './paths.js'

export interface GlobPattern {
  /** Leading components without wildcards, '' if none; the walk starts there. */
  staticPrefix: string
  /** Whether a path relative to the static prefix matches. */
  matches(relative: string): boolean
  /** Number of components that a matching path has at most. */
  maxDepth: number
}

/** Throws SyntaxError for brackets that do not pair up. */
export function compileGlob(pattern: string, options: { anyDepth: boolean; system: PathSystem }): GlobPattern {
  const segments = pattern.split('/')
  const wildcard = segments.findIndex((segment) => /[*?[\]{}\\]/.test(segment))
  const staticPrefix = options.anyDepth ? '' : segments.slice(0, wildcard).join('/')
  const dynamic = options.anyDepth ? withAnyDepth(pattern) : segments.slice(wildcard).join('/')
  return {
    staticPrefix,
    matches: picomatch(dynamic, {
      dot: true,
      nonegate: true,
      noextglob: true,
      strictBrackets: true,
      windows: options.system === 'win32',
      // `s` lets ** cross directories with a newline in their name.
      flags: options.system === 'win32' ? 'si' : 's',
    }),
    maxDepth: dynamic.includes('**') ? Number.POSITIVE_INFINITY : dynamic.split('/').length,
  }
}

function withAnyDepth(pattern: string): string {
  return pattern.startsWith('**/') ? pattern : `**/${pattern}`
}
