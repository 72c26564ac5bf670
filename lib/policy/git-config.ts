/**
 * Reads the syntax of git's configuration files. Includes are not followed (git-config-paths.ts does that). What
 * is not well formed says nothing: git refuses such a file as a whole, so too much is read at most.
 */

export interface GitConfigEntry {
  /** Lower case. */
  section: string
  /** As written, without its escapes; absent in `[section]`. */
  subsection?: string
  /** Lower case. */
  key: string
  /** Without quotes, escapes and comments; absent for a key without `=`, which means true. */
  value?: string
}

type Section = Pick<GitConfigEntry, 'section' | 'subsection'>

const SECTION = /\[(?:([A-Za-z0-9-]+)(?:\.([A-Za-z0-9.-]+))?|([A-Za-z0-9.-]+)[ \t\r]+"((?:[^"\\\n]|\\[^\n])*)")\]/y
const KEY = /([A-Za-z][A-Za-z0-9-]*)[ \t]*(=|(?=\n|$))/y
/** What git takes for blank, which is less than what JavaScript does. */
const BLANK = /[ \t\r\n]*/y
const REST_OF_LINE = /[^\n]*/y

/** One character that was escaped by a backslash. A backslash at the end of a line joins the next one to it. */
const ESCAPES: Readonly<Record<string, string>> = { '\n': '', '\\': '\\', '"': '"', n: '\n', t: '\t', b: '\b' }

/** All settings in the order of the file, repeated ones too. */
export function parseGitConfig(text: string): GitConfigEntry[] {
  const source = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  const entries: GitConfigEntry[] = []
  let section: Section | undefined
  for (let at = skip(BLANK, source, 0); at < source.length; at = skip(BLANK, source, at)) {
    const header = match(SECTION, source, at)
    if (header !== undefined) {
      section = sectionOf(header)
      at += header[0].length
      continue
    }
    const setting = match(KEY, source, at)
    if (setting === undefined || section === undefined) {
      // A section that cannot be read must not lend its keys to the one before it.
      if (source[at] === '[') section = undefined
      at = skip(REST_OF_LINE, source, at)
      continue
    }
    at += setting[0].length
    const key = String(setting[1]).toLowerCase()
    if (setting[2] === '') {
      entries.push({ ...section, key })
      continue
    }
    const { value, end } = readValue(source, at)
    if (value !== undefined) entries.push({ ...section, key, value })
    at = end
  }
  return entries
}

function sectionOf([, plain, dotted, quoted, subsection]: RegExpExecArray): Section {
  if (quoted !== undefined) {
    return { section: quoted.toLowerCase(), subsection: String(subsection).replace(/\\(.)/g, '$1') }
  }
  const section = String(plain).toLowerCase()
  return dotted === undefined ? { section } : { section, subsection: dotted.toLowerCase() }
}

/** The value that starts here, and where its last line ends. */
function readValue(source: string, start: number): { value?: string; end: number } {
  let value = ''
  // Blanks count only when something follows them.
  let blanks = ''
  let quoted = false
  for (let at = start; ; at++) {
    const character = source[at]
    if (character === undefined || character === '\n') return quoted ? { end: at } : { value, end: at }
    if (!quoted && (character === '#' || character === ';')) return { value, end: skip(REST_OF_LINE, source, at) }
    if (!quoted && /[ \t\r]/.test(character)) {
      if (value !== '') blanks += character
      continue
    }
    if (character === '"') {
      quoted = !quoted
      value += blanks
      blanks = ''
      continue
    }
    if (character !== '\\') {
      value += blanks + character
      blanks = ''
      continue
    }
    const escaped = ESCAPES[source[++at] ?? '\n']
    if (escaped === undefined) return { end: skip(REST_OF_LINE, source, at) }
    if (escaped === '') continue
    value += blanks + escaped
    blanks = ''
  }
}

function match(sticky: RegExp, source: string, at: number): RegExpExecArray | undefined {
  sticky.lastIndex = at
  return sticky.exec(source) ?? undefined
}

function skip(sticky: RegExp, source: string, at: number): number {
  return at + (match(sticky, source, at)?.[0].length ?? 0)
}
