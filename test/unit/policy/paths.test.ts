import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accessOf, ruleFor } from '../../../lib/policy/access.js'
import {
  ancestorsAndSelf,
  comparePaths,
  contains,
  depth,
  join,
  outermost,
  parentOf,
} from '../../../lib/policy/paths.js'
import { parseRulePath } from '../../../lib/policy/rule-path.js'
import type { ResolvedRule } from '../../../lib/policy/types.js'

const path = fc.array(fc.constantFrom('a', 'ab', 'b', '.git'), { maxLength: 4 }).map((names) => `/${names.join('/')}`)

test('containment is by component', () => {
  const components = (value: string): string[] => value.split('/').filter((name) => name !== '')
  fc.assert(
    fc.property(path, path, (outer, inner) => {
      const prefix = components(inner).slice(0, components(outer).length)
      expect(contains(outer, inner)).toBe(prefix.join('/') === components(outer).join('/'))
    }),
  )
})

test('parents, depth and joining agree', () => {
  fc.assert(
    fc.property(path, (at) => {
      expect(depth(at)).toBe([...ancestorsAndSelf(at)].length - 1)
      expect(contains(parentOf(at), at)).toBe(true)
      expect(parentOf(join(at, 'x'))).toBe(at)
      expect(join(at, '')).toBe(at)
    }),
  )
})

test('what contains comes first', () => {
  fc.assert(
    fc.property(path, path, (one, other) => {
      if (one !== other && contains(one, other)) expect(comparePaths(one, other)).toBeLessThan(0)
      expect(Math.sign(comparePaths(one, other))).toBe(-Math.sign(comparePaths(other, one)) || 0)
    }),
  )
})

test('outermost keeps a path that contains each', () => {
  fc.assert(
    fc.property(fc.array(path, { maxLength: 6 }), (paths) => {
      const kept = outermost(paths)
      for (const at of paths) expect(kept.filter((candidate) => contains(candidate, at))).toHaveLength(1)
      for (const at of kept) expect(paths).toContain(at)
    }),
  )
})

test('access is that of the deepest rule, for any spelling of an absolute path', () => {
  const origin = { kind: 'user' as const, rule: 'x' }
  const rules: ResolvedRule[] = [
    { path: '/', access: 'read', type: 'directory', origin },
    { path: '/w', access: 'write', type: 'directory', origin },
    { path: '/w/.git', access: 'read', type: 'missing', origin },
  ]
  const cases = {
    '/': 'read',
    '/w': 'write',
    '/w/': 'write',
    '/wx': 'read',
    '/w/.git/x': 'read',
    '/w/.git/../y': 'write',
  }
  for (const [at, access] of Object.entries(cases)) expect(accessOf({ rules }, at)).toBe(access)
  expect(ruleFor({ rules: [] }, '/')).toBeUndefined()
  expect(accessOf({ rules: [] }, '/')).toBe('none')
  expect(() => accessOf({ rules }, 'w')).toThrow(TypeError)
})

test.each([
  ['/etc/x', { kind: 'path', anchor: 'absolute', rest: 'etc/x' }],
  ['/', { kind: 'path', anchor: 'absolute', rest: '' }],
  ['~', { kind: 'path', anchor: 'home', rest: '' }],
  ['~/x', { kind: 'path', anchor: 'home', rest: 'x' }],
  ['./~x', { kind: 'path', anchor: 'base', rest: './~x' }],
  ['!x', { kind: 'path', anchor: 'base', rest: '!x' }],
  [':cwd', { kind: 'path', anchor: 'cwd', rest: '' }],
  [':cwd/a/b', { kind: 'path', anchor: 'cwd', rest: 'a/b' }],
  [':minimal', { kind: 'minimal' }],
  [':nope/x', { kind: 'unknown', token: ':nope/x' }],
  [':', { kind: 'unknown', token: ':' }],
  ['**/.env', { kind: 'glob', anchor: 'anywhere', rest: '**/.env', directoriesOnly: false }],
  ['*.pem/', { kind: 'glob', anchor: 'anywhere', rest: '*.pem', directoriesOnly: true }],
  ['./*.pem', { kind: 'glob', anchor: 'base', rest: '*.pem', directoriesOnly: false }],
  ['a/*.pem', { kind: 'glob', anchor: 'base', rest: 'a/*.pem', directoriesOnly: false }],
  ['~/**/x/**', { kind: 'glob', anchor: 'home', rest: '**/x', directoriesOnly: false }],
  ['./a/**/**', { kind: 'path', anchor: 'base', rest: './a' }],
  ['**', { kind: 'path', anchor: 'workspace_roots', rest: '' }],
])('%s', (text, parsed) => {
  expect(parseRulePath(text)).toEqual(parsed)
})

test.each(['', 'a\0', '~user/x', ':minimal/x', '!*', '../*/x', '__proto__'])('%j is not a path of a rule', (text) => {
  expect(parseRulePath(text)).toMatchObject({ kind: 'invalid' })
})
