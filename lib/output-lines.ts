/** Chunks of bytes as lines of text. */
import { StringDecoder } from 'node:string_decoder'
import { requireCount, requireObject } from './argument-errors.js'

export interface LinesOptions {
  /** In UTF-16 code units. A longer line comes in pieces, so that memory is bounded. Default 1,048,576. */
  maxLineLength?: number | undefined
}

const DEFAULT_MAX_LINE_LENGTH = 1024 * 1024

/** A surrogate pair is kept together. */
const SHORTEST_PIECE = 2

/** @throws TypeError naming the option. */
export function parseLinesOptions(given: unknown): number {
  const { maxLineLength } = given === undefined || given === null ? {} : requireObject('options', given)
  if (maxLineLength === undefined) return DEFAULT_MAX_LINE_LENGTH
  return requireCount('options.maxLineLength', maxLineLength, { minimum: SHORTEST_PIECE })
}

/**
 * Lines without their `\n` or `\r\n`, UTF-8 decoded across chunks; bytes that are not UTF-8 become U+FFFD. The last line
 * comes also without a newline.
 */
export async function* linesOf(
  chunks: AsyncIterable<Buffer | string>,
  maxLineLength: number,
): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of chunks) {
    const lines = decoder.write(chunk).split('\n')
    lines[0] = rest + lines[0]
    rest = lines.pop() ?? ''
    for (const line of lines) yield yield* cut(withoutReturn(line), maxLineLength)
    // The newline that a return belongs to may come with the next chunk.
    const complete = withoutReturn(rest)
    if (complete.length > maxLineLength) rest = (yield* cut(complete, maxLineLength)) + rest.slice(complete.length)
  }
  rest += decoder.end()
  if (rest !== '') yield yield* cut(rest, maxLineLength)
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

/** Yields pieces as long as the text is too long, and returns what is left. */
function* cut(text: string, length: number): Generator<string, string, undefined> {
  let start = 0
  while (text.length - start > length) {
    const last = text.charCodeAt(start + length - 1)
    const end = start + (last >= 0xd800 && last < 0xdc00 ? length - 1 : length)
    yield text.slice(start, end)
    start = end
  }
  return text.slice(start)
}
