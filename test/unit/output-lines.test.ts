import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linesOf } from '../../lib/output-lines.js'

async function linesIn(chunks: Uint8Array[], maxLineLength: number): Promise<string[]> {
  async function* arriving() {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  const lines: string[] = []
  for await (const line of linesOf(arriving(), maxLineLength)) lines.push(line)
  return lines
}

/** Cut anywhere, characters in two as well. */
function cutAt(bytes: Buffer, places: number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

const text = fc
  .array(fc.constantFrom('a', 'é', '€', '😀', '\r', '\n', '\r\n'), { maxLength: 60 })
  .map((parts) => parts.join(''))

test('the lines do not depend on how the bytes arrive', async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(), { maxLength: 10 }), async (whole, places) => {
      const expected = whole
        .split('\n')
        .map((line, index, { length }) => (index < length - 1 ? line.replace(/\r$/, '') : line))
      if (expected.at(-1) === '') expected.pop()
      expect(await linesIn(cutAt(Buffer.from(whole), places), 1000)).toEqual(expected)
    }),
  )
})

test('pieces of a long line depend on its text only, and join to it', async () => {
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.array(fc.nat(), { maxLength: 10 }),
      fc.integer({ min: 2, max: 8 }),
      async (whole, places, most) => {
        const bytes = Buffer.from(whole)
        const pieces = await linesIn(cutAt(bytes, places), most)
        expect(pieces).toEqual(await linesIn([bytes], most))
        expect(pieces.join('')).toBe(whole.replace(/\r?\n/g, ''))
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(most)
          expect(Buffer.from(piece).toString()).toBe(piece)
        }
      },
    ),
  )
})

test('bytes that are not UTF-8 do not stop it', async () => {
  expect(await linesIn([Buffer.from([0xff, 0x0a, 0xe2, 0x82])], 100)).toEqual(['\u{fffd}', '\u{fffd}'])
})
