import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pathInFile } from '../../../lib/policy/path-in-file.js'
import { isAbsolute, resolveFrom } from '../../../lib/policy/paths.js'
import { parseRulePath } from '../../../lib/policy/rule-path.js'
import { problemOfNames } from '../../../lib/policy/windows-names.js'

test.each([
  ['C:\\dir\\x', { kind: 'path', anchor: 'absolute', volume: 'C:\\', rest: 'dir/x' }],
  ['c:/dir/x', { kind: 'path', anchor: 'absolute', volume: 'C:\\', rest: 'dir/x' }],
  ['C:\\', { kind: 'path', anchor: 'absolute', volume: 'C:\\', rest: '' }],
  ['\\\\server\\share$', { kind: 'path', anchor: 'absolute', volume: '\\\\server\\share$\\', rest: '' }],
  ['//server/share/a/b', { kind: 'path', anchor: 'absolute', volume: '\\\\server\\share\\', rest: 'a/b' }],
  [
    'C:\\a\\**\\*.pem',
    { kind: 'glob', anchor: 'absolute', volume: 'C:\\', rest: 'a/**/*.pem', directoriesOnly: false },
  ],
  ['C:\\a\\**', { kind: 'path', anchor: 'absolute', volume: 'C:\\', rest: 'a' }],
  ['~', { kind: 'path', anchor: 'home', rest: '' }],
  ['~\\x', { kind: 'path', anchor: 'home', rest: 'x' }],
  ['.\\x\\y', { kind: 'path', anchor: 'base', rest: './x/y' }],
  ['..\\x', { kind: 'path', anchor: 'base', rest: '../x' }],
  ['.config', { kind: 'path', anchor: 'base', rest: '.config' }],
  [':cwd\\a\\b', { kind: 'path', anchor: 'cwd', rest: 'a/b' }],
  [':root', { kind: 'path', anchor: 'root', rest: '' }],
  [':minimal', { kind: 'minimal' }],
  [':nope\\x', { kind: 'unknown', token: ':nope\\x' }],
  ['**\\.env', { kind: 'glob', anchor: 'anywhere', rest: '**/.env', directoriesOnly: false }],
  ['*.pem\\', { kind: 'glob', anchor: 'anywhere', rest: '*.pem', directoriesOnly: true }],
  ['.\\*.pem', { kind: 'glob', anchor: 'base', rest: '*.pem', directoriesOnly: false }],
  ['console.log', { kind: 'path', anchor: 'base', rest: 'console.log' }],
])('%s', (text, parsed) => {
  expect(parseRulePath(text, 'win32')).toEqual(parsed)
})

describe('is not a path of a rule', () => {
  test.each([
    ['C:x', 'C:\\...'],
    ['C:', 'C:\\...'],
    ['\\x', 'no drive'],
    ['/x', 'no drive'],
    ['/', 'no drive'],
    ['\\\\.\\pipe\\x', 'device'],
    ['\\\\?\\C:\\x', 'device'],
    ['//?/C:/x', 'device'],
    ['\\??\\C:\\x', 'device'],
    ['\\\\server', 'share'],
    ['\\\\server\\..\\x', 'share'],
    [':root\\x', 'all drives'],
    ['~user\\x', 'home'],
    ['a:b', 'current directory'],
    ['.\\file.txt:stream', 'stream'],
    ['C:\\file::$DATA', 'stream'],
    ['C:\\NUL', 'device'],
    ['x\\con.txt', 'device'],
    ['x\\Com1', 'device'],
    ['lpt\u00b9', 'device'],
    ['nul .tar.gz', 'device'],
    ['C:\\dir.\\x', 'dot'],
    ['dir \\x', 'dot'],
    ['**\\secret.', 'dot'],
    ['C:\\a<b', 'does not allow'],
    ['C:\\a|b', 'does not allow'],
    ['a\u0001', 'does not allow'],
    ['C:\\a\\..\\*\\..\\x', '..'],
    ['', 'empty'],
    ['x\0', 'NUL'],
  ])('%j', (text, problem) => {
    const parsed = parseRulePath(text, 'win32')
    expect(parsed).toMatchObject({ kind: 'invalid', problem: expect.stringContaining(problem) })
  })
})

test('what Windows reserves is a name like any other on POSIX', () => {
  for (const text of ['./nul', './a:b', './dir.', 'C:\\x']) expect(parseRulePath(text, 'posix').kind).toBe('path')
})

describe('paths in files of a workspace', () => {
  test.each([
    ['../.git/modules/x', 'C:\\ws\\.git\\modules\\x'],
    ['C:/main/.git', 'C:\\main\\.git'],
    ['d:\\main', 'D:\\main'],
    ['/rooted/x', 'C:\\rooted\\x'],
    ['hooks. ', 'C:\\ws\\sub\\hooks'],
    ['', 'C:\\ws\\sub'],
    ['//evil/share/x', undefined],
    ['\\\\.\\pipe\\x', undefined],
    ['\\\\?\\C:\\x', undefined],
    ['D:x', undefined],
    ['a:stream', undefined],
    ['con', undefined],
    ['x\0', undefined],
  ])('%j', (text, expected) => {
    expect(pathInFile('win32', 'C:\\ws\\sub', text)).toBe(expected)
  })

  test('a share may name itself, and no other one', () => {
    expect(pathInFile('win32', '\\\\server\\share\\ws', '../main')).toBe('\\\\server\\share\\main')
    expect(pathInFile('win32', '\\\\server\\share\\ws', '//SERVER/share/main')).toBe('\\\\SERVER\\share\\main')
    expect(pathInFile('win32', '\\\\server\\share\\ws', '//server/other/main')).toBeUndefined()
  })
})

test('absolute is what needs nothing else', () => {
  for (const path of ['C:\\', 'c:/x', '\\\\s\\h', '//s/h/x']) expect(isAbsolute('win32', path)).toBe(true)
  for (const path of ['C:', 'C:x', '\\x', '/x', 'x', '', '\\\\s']) expect(isAbsolute('win32', path)).toBe(false)
})

test('an accepted path stays below its volume or anchor, and all of its names are usable', () => {
  const name = fc.constantFrom('a', 'B', '..', '.', 'nul', 'x.', 'y:z', '*', 'con.x', ' ', 'ü')
  const head = fc.constantFrom('C:\\', 'd:/', '\\\\s\\h\\', '.\\', '~\\', ':cwd\\', '')
  const text = fc
    .tuple(head, fc.array(name, { minLength: 1, maxLength: 4 }))
    .map(([start, names]) => start + names.join('\\'))
  fc.assert(
    fc.property(text, (written) => {
      const parsed = parseRulePath(written, 'win32')
      if (parsed.kind !== 'path') return
      expect(problemOfNames(parsed.rest, { globs: false })).toBeUndefined()
      const path = resolveFrom('win32', parsed.volume ?? 'C:\\base', parsed.rest)
      if (parsed.volume !== undefined) expect(path.startsWith(parsed.volume)).toBe(true)
      expect(path).not.toMatch(/[/]|[. ](\\|$)/)
    }),
  )
})
