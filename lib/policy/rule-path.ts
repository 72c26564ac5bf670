/**
 * The left side of a filesystem rule, as written.
 *
 *   /etc/x            absolute
 *   ~  ~/x            below the home directory
 *   ./x  x/y          below the directory of the policy file, or the cwd
 *   :cwd  :cwd/x      below a special path; the name of an unknown one is kept for a warning
 *   any of these with * ? [ ] {   a glob, gitignore-style
 *
 * On Windows both slashes separate names, so that no character can be escaped, and absolute paths have a volume:
 *
 *   C:\x  C:/x  \\server\share\x
 *
 * A glob that starts with `**` + `/`, or that has no slash at all, means any depth below the workspace
 * roots and the cwd, wherever the policy file lies. A trailing `/**` means the directory before it, so that
 * files that appear later are covered too. A trailing slash matches directories only.
 */
import { HOST_SYSTEM, type PathSystem } from './paths.js'
import { parseWindowsText, problemOfNames } from './windows-names.js'

export const SPECIAL_PATHS = ['root', 'minimal', 'cwd', 'workspace_roots', 'tmpdir', 'slash_tmp'] as const
export type SpecialPath = (typeof SPECIAL_PATHS)[number]

/** Where the rest of a rule's path starts; `anywhere` is for globs only. */
export type Anchor = Exclude<SpecialPath, 'minimal'> | 'absolute' | 'home' | 'base' | 'anywhere'

/**
 * `rest` is relative to the anchor, with slashes; of a path it may be empty: the anchor itself. `volume` is what
 * anchor `absolute` starts at on Windows.
 */
export type RulePath =
  | { kind: 'path'; anchor: Anchor; rest: string; volume?: string }
  | { kind: 'minimal' }
  | { kind: 'glob'; anchor: Anchor; rest: string; volume?: string; directoriesOnly: boolean }
  | { kind: 'unknown'; token: string }
  | { kind: 'invalid'; problem: string }

const GLOB_CHARACTER = /[*?[\]{]/

/** Pure: looks at the text only. */
export function parseRulePath(text: string, system: PathSystem = HOST_SYSTEM): RulePath {
  if (text === '') return invalid('the path is empty')
  if (text.includes('\0')) return invalid('the path contains NUL')
  if (text === '__proto__') return invalid('write ./__proto__')
  return system === 'win32' ? parseOnWindows(text) : parse(text)
}

function parse(text: string): RulePath {
  if (text.startsWith(':')) return parseSpecial(text)
  if (text.startsWith('~')) {
    if (text !== '~' && !text.startsWith('~/')) {
      return invalid('only ~ and ~/ stand for a home directory; write ./~... for a name')
    }
    return located('home', text.slice(2))
  }
  if (text.startsWith('/')) return located('absolute', text.slice(1))
  return parseRelative(text)
}

function parseOnWindows(text: string): RulePath {
  const path = parseWindowsText(text)
  if (path.kind === 'invalid') return path
  const parsed = path.kind === 'absolute' ? located('absolute', path.rest) : parse(path.rest)
  switch (parsed.kind) {
    case 'path':
    case 'glob': {
      if (parsed.anchor === 'root' && parsed.rest !== '') return invalid(':root stands for all drives; write C:\\...')
      const problem = problemOfNames(parsed.rest, { globs: parsed.kind === 'glob' })
      if (problem !== undefined) return invalid(problem)
      return path.kind === 'absolute' ? { ...parsed, volume: path.volume } : parsed
    }
    case 'unknown':
      return { kind: 'unknown', token: text }
    case 'minimal':
    case 'invalid':
      return parsed
  }
}

function parseRelative(text: string): RulePath {
  if (GLOB_CHARACTER.test(text)) {
    if (text.startsWith('!')) return invalid('a glob cannot be negated')
    const inner = trimEnd(text)
    if (inner.startsWith('**/') || !inner.includes('/')) return located('anywhere', text)
  }
  return located('base', text)
}

function parseSpecial(text: string): RulePath {
  const slash = text.indexOf('/')
  const name = text.slice(1, slash === -1 ? undefined : slash)
  const special = SPECIAL_PATHS.find((known) => known === name)
  if (special === undefined) return { kind: 'unknown', token: text }
  const rest = slash === -1 ? '' : text.slice(slash + 1)
  if (special !== 'minimal') return located(special, rest)
  if (rest === '') return { kind: 'minimal' }
  return invalid(':minimal stands for many paths; nothing can follow it')
}

function located(anchor: Anchor, text: string): RulePath {
  const rest = text.replace(/^\/+/, '')
  if (!GLOB_CHARACTER.test(rest)) return { kind: 'path', anchor, rest }
  const withoutTail = rest.replace(/(?:(?:^|\/)\*\*)+\/*$/, '')
  if (!GLOB_CHARACTER.test(withoutTail)) {
    return { kind: 'path', anchor: anchor === 'anywhere' ? 'workspace_roots' : anchor, rest: withoutTail }
  }
  const segments = withoutTail.split('/').filter((segment) => segment !== '' && segment !== '.')
  if (segments.includes('..')) return invalid('a glob cannot contain ..')
  return { kind: 'glob', anchor, rest: segments.join('/'), directoriesOnly: rest.endsWith('/') }
}

function invalid(problem: string): RulePath {
  return { kind: 'invalid', problem }
}

function trimEnd(text: string): string {
  return text.replace(/\/+$/, '')
}
