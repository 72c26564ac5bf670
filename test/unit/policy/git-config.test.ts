import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type GitConfigEntry, parseGitConfig } from '../../../lib/policy/git-config.js'
import { temporaryDirectory } from './support.js'

/** What git itself reads, in the same shape. */
function readByGit(text: string): GitConfigEntry[] {
  const file = join(temporaryDirectory(), 'config')
  writeFileSync(file, text)
  const listed = execFileSync('git', ['config', '--null', '--list', '--file', file], {
    encoding: 'utf8',
    stdio: 'pipe',
  })
  return listed
    .split('\0')
    .slice(0, -1)
    .map((line) => {
      const newline = line.indexOf('\n')
      const name = newline === -1 ? line : line.slice(0, newline)
      const [first, last] = [name.indexOf('.'), name.lastIndexOf('.')]
      return {
        section: name.slice(0, first),
        ...(first === last ? {} : { subsection: name.slice(first + 1, last) }),
        key: name.slice(last + 1),
        ...(newline === -1 ? {} : { value: line.slice(newline + 1) }),
      }
    })
}

test.each([
  ['sections, keys in any case', '[Core]\n\thooksPath = .husky\n[CORE]\nHOOKSPATH=x\n'],
  ['a setting on the line of its section', '[core] hooksPath = a b\n[a]b=c'],
  ['subsections', '[includeIf "gitdir:~/A \\"q\\" \\\\x/"]\npath = p\n[branch.Old.x] k = v\n[a  "b.c"]\nd=e\n'],
  ['quotes', '[core]\nhooksPath = " a  ;b" # c\nx = a" "b\ny = ""\nz = "" x\n'],
  ['escapes', '[core]\na = \\"q\\"\nb = x\\ty\\\\z\nc = "1\\n2"\nd = e\\b\n'],
  ['comments', '# a\n; b\n[core] ; c\n a = b ; c\n d = e#f\n# [x]\n'],
  ['continued lines', '[core]\na = b\\\nc\nd = "e\\\n f"\ng = h \\\n i\n'],
  ['keys without value', '[core]\nbare\n  other\n[x]\ny'],
  ['empty values', '[core]\na =\nb = ; c\nd ='],
  ['other line ends, a byte order mark', '\uFEFF[core]\r\na = b\r\nc\r\n'],
  ['blanks at the ends of a value', '[core]\na = \t b c \t\nd = \u00a0e\u00a0\n'],
  ['an end within a continued line', '[core]\na = b\\\n'],
  ['nothing', ''],
])('reads as git does: %s', (_, text) => {
  expect(parseGitConfig(text)).toEqual(readByGit(text))
})

test.each([
  ['a quote left open', '[core]\na = "b\nc = d\n', [{ section: 'core', key: 'c', value: 'd' }]],
  ['an unknown escape', '[core]\na = \\x\nc = d\n', [{ section: 'core', key: 'c', value: 'd' }]],
  ['a name that is none', '[core]\n1a = b\n_ = x\nc = d', [{ section: 'core', key: 'c', value: 'd' }]],
  ['a section left open', '[core]\n[x\na = b\n[y "z]\na = b\n', []],
])('what git refuses says nothing, line by line: %s', (_, text, expected) => {
  expect(() => readByGit(text)).toThrow()
  expect(parseGitConfig(text)).toEqual(expected)
})

test('a key before the first section belongs to none', () => {
  expect(parseGitConfig('a = b\n[core]\nc = d\n')).toEqual([{ section: 'core', key: 'c', value: 'd' }])
})

test('anything at all is read in time that grows with its size', () => {
  const before = performance.now()
  for (const piece of ['[', '[a', '"', '\\', '[a "', 'a ', 'a=\\\n', '[a]b=" ', '\0', '\n']) {
    parseGitConfig(piece.repeat(256 * 1024))
    parseGitConfig(`[a]\nb = ${piece.repeat(256 * 1024)}`)
  }
  expect(performance.now() - before).toBeLessThan(10_000)
})
