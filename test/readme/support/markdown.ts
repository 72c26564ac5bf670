/** Fenced blocks, tables and links of a Markdown file. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface Block {
  language: string
  code: string
  /** From 1, of the line after the fence. */
  line: number
  /** What a comment `<!-- test: ... -->` right above the fence says. */
  marker: string | undefined
  /** The text block that follows with the marker `output`. */
  output: string | undefined
}

export function readMarkdown(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** In order. Blocks with the marker `output` are part of the block that they follow. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = []
  const lines = markdown.split('\n')
  for (let index = 0; index < lines.length; index++) {
    const language = /^```(\w+)$/.exec(lines[index] ?? '')?.[1]
    if (language === undefined) {
      if (/^\s*```/.test(lines[index] ?? ''))
        throw new Error(`line ${index + 1}: a fence without a language, or indented`)
      continue
    }
    const end = lines.indexOf('```', index + 1)
    if (end === -1) throw new Error(`line ${index + 1}: the fence is not closed`)
    const code = lines.slice(index + 1, end).join('\n')
    const marker = /^<!-- test: (.+) -->$/.exec(lines[index - 1] ?? '')?.[1]
    const last = blocks.at(-1)
    if (marker !== 'output') blocks.push({ language, code, line: index + 2, marker, output: undefined })
    else if (last !== undefined) last.output = code
    index = end
  }
  return blocks
}

/** The cells of the first column of every table row below a heading, up to the next heading; without backticks. */
export function firstColumnBelow(markdown: string, heading: string): string[] {
  return rowsBelow(markdown, heading).map(([first = '']) => first.replaceAll('`', ''))
}

export function rowsBelow(markdown: string, heading: string): string[][] {
  return sectionOf(markdown, heading)
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .slice(1)
    .map((line) => line.slice(2, -2).split(' | '))
}

/** From a heading of any level to the next one of the same or a higher level. */
export function sectionOf(markdown: string, heading: string): string {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => line.replace(/^#+ /, '') === heading && line.startsWith('#'))
  if (start === -1) throw new Error(`no heading "${heading}"`)
  const level = lines[start]?.indexOf(' ') ?? 0
  const end = lines.findIndex((line, index) => index > start && /^#+ /.test(line) && line.indexOf(' ') <= level)
  return lines.slice(start + 1, end === -1 ? undefined : end).join('\n')
}

/** Targets of inline links, those on the web left out. */
export function localLinks(markdown: string): string[] {
  return [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target))
}

/** As GitHub makes anchors of headings. */
export function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
