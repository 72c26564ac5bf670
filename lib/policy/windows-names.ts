/**
 * Paths of Windows as texts: which of them mean one place on a disk, whoever reads them ("Naming Files, Paths, and
 * Namespaces" on learn.microsoft.com). Others depend on the current directory of a drive, name a device, or are
 * changed by some programs and not by others. Pure.
 */

/** Of names without their extension, as they have meant devices in every directory. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])$/i

const NAMESPACE = /^[\\/]{2}[.?](?:[\\/]|$)|^[\\/]\?\?[\\/]/

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const NEVER_IN_NAMES = /[<>"|\u0000-\u001f]/
const WILDCARD = /[*?]/

export type WindowsText =
  /** `C:\x\y`: volume `C:\`, rest `x/y`. `\\server\share\x`: volume `\\server\share\`. `rest` has slashes only. */
  | { kind: 'absolute'; volume: string; rest: string }
  | { kind: 'relative'; rest: string }
  | { kind: 'invalid'; problem: string }

/** Tells volume and rest apart. The names in the rest are for problemOfNames() to look at. */
export function parseWindowsText(text: string): WindowsText {
  if (NAMESPACE.test(text)) return invalid('device paths (\\\\.\\ and \\\\?\\) cannot be named; write C:\\...')
  if (/^[\\/]{2}/.test(text)) {
    const [, server, share, rest = ''] = /^[\\/]{2}([^\\/]+)[\\/]+([^\\/]+)(.*)$/s.exec(text) ?? []
    if (server === undefined || share === undefined) return invalid('a share needs a server and a name')
    const problem = problemOfNames(`${server}/${share}`, { globs: false })
    if (problem !== undefined || server === '..' || share === '..') return invalid(problem ?? 'not a share')
    return { kind: 'absolute', volume: `\\\\${server}\\${share}\\`, rest: slashes(rest) }
  }
  if (/^[\\/]/.test(text)) return invalid('the path has no drive; write C:\\...')
  const [, drive, rest = ''] = /^([A-Za-z]):(.*)$/s.exec(text) ?? []
  if (drive === undefined) return { kind: 'relative', rest: slashes(text) }
  if (!/^[\\/]/.test(rest))
    return invalid(`${drive}: alone means the current directory of the drive; write ${drive}:\\...`)
  return { kind: 'absolute', volume: `${drive.toUpperCase()}:\\`, rest: slashes(rest) }
}

/** Without a drive: `\x`. It means the root of whatever drive somebody is on. */
export function isRooted(text: string): boolean {
  return /^[\\/](?![\\/?])/.test(text)
}

/** What keeps an absolute, rooted or relative path from meaning one place to everybody. */
export function problemOfPath(text: string): string | undefined {
  const parsed = parseWindowsText(isRooted(text) ? text.slice(1) : text)
  return parsed.kind === 'invalid' ? parsed.problem : problemOfNames(parsed.rest, { globs: false })
}

/** What keeps a path with slashes, below a volume or a directory, from meaning the same to everybody. */
export function problemOfNames(rest: string, { globs }: { globs: boolean }): string | undefined {
  for (const name of rest.split('/')) {
    const problem = problemOfName(name, globs)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** As Windows takes names: without dots and blanks at their end. For texts that nobody can be asked to change. */
export function trimNames(rest: string): string {
  return rest
    .split('/')
    .map((name) => (name === '.' || name === '..' ? name : name.replace(/[. ]+$/, '')))
    .join('/')
}

function problemOfName(name: string, globs: boolean): string | undefined {
  if (name === '' || name === '.' || name === '..') return undefined
  const shown = JSON.stringify(name)
  if (name.includes(':')) return `${shown} names a stream of a file (or a drive), which has no rules of its own`
  if (NEVER_IN_NAMES.test(name) || (!globs && WILDCARD.test(name))) {
    return `${shown} has a character that Windows does not allow in names`
  }
  if (/[. ]$/.test(name)) return `${shown} ends with a dot or a blank, which Windows drops`
  const stem = (name.split('.', 1)[0] ?? '').trimEnd()
  if (DEVICE.test(stem)) return `${shown} is the name of a device`
  return undefined
}

function slashes(text: string): string {
  return text.replaceAll('\\', '/')
}

function invalid(problem: string): WindowsText {
  return { kind: 'invalid', problem }
}
