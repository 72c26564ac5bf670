import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sourceFiles } from './source-files.js'

const MOST_LINES = 600
const MEDIAN_LINES = 150

describe.each([
  ['lib', ['.ts']],
  ['native', ['.cc', '.h']],
  ['test', ['.ts', '.cc', '.h']],
])('files of %s', (folder, suffixes) => {
  const sizes = sourceFiles(folder, suffixes).map((file) => ({
    file,
    lines: readFileSync(file, 'utf8').split('\n').length,
  }))

  test(`none has more than ${MOST_LINES} lines`, () => {
    expect(sizes.length).toBeGreaterThan(0)
    expect(sizes.filter(({ lines }) => lines > MOST_LINES)).toEqual([])
  })

  test(`half of them have at most ${MEDIAN_LINES} lines`, () => {
    const sorted = sizes.map(({ lines }) => lines).sort((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(MEDIAN_LINES)
  })
})
