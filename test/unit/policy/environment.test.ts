import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CORE_VARIABLES } from '../../../lib/policy/core-variables.js'
import { buildEnvironment, buildResolvedEnvironment } from '../../../lib/policy/environment.js'
import { EnvironmentBlock } from '../../../lib/policy/environment-block.js'
import type { EnvironmentPolicy } from '../../../lib/policy/types.js'

const HOST = { PATH: '/bin', HOME: '/h', LANG: 'C', AWS_SECRET_ACCESS_KEY: 's', npm_token: 't', EMPTY: '' }

function build(policy: EnvironmentPolicy, own?: Record<string, string | undefined>): Record<string, string> {
  return buildEnvironment(buildResolvedEnvironment(policy), HOST, own)
}

test.each<[string, EnvironmentPolicy, Record<string, string>]>([
  ['core is the default', {}, { PATH: '/bin', HOME: '/h', LANG: 'C' }],
  ['all', { inherit: 'all' }, HOST],
  ['none', { inherit: 'none' }, {}],
  [
    'exclude is case-insensitive',
    { inherit: 'all', exclude: ['*SECRET*', '*TOKEN'] },
    { PATH: '/bin', HOME: '/h', LANG: 'C', EMPTY: '' },
  ],
  ['set comes after exclude', { exclude: ['*'], set: { PATH: '/x', NEW: 'a=b' } }, { PATH: '/x', NEW: 'a=b' }],
  ['includeOnly comes last', { set: { NEW: '1', OLD: '2' }, includeOnly: ['n?w', 'PATH'] }, { PATH: '/bin', NEW: '1' }],
  ['a dot is a dot', { inherit: 'all', exclude: ['P.TH', 'HOM'] }, HOST],
])('%s', (_, policy, expected) => {
  expect(build(policy)).toEqual(expected)
})

test('an environment of the caller’s own takes the place of what is inherited', () => {
  expect(build({ exclude: ['B'], set: { C: '3' } }, { A: '1', B: '2', D: undefined })).toEqual({ A: '1', C: '3' })
  expect(build({ set: { C: '3' } }, {})).toEqual({ C: '3' })
})

test.each([{ 'A=B': '1' }, { 'A\0': '1' }, { '': '1' }, { A: 'x\0y' }])('%j is the caller’s mistake', (own) => {
  expect(() => build({}, own)).toThrow(TypeError)
})

test('the core has no name that looks like a secret', () => {
  expect(
    [...CORE_VARIABLES.posix, ...CORE_VARIABLES.win32].filter((name) => /key|secret|token|pass|auth/i.test(name)),
  ).toEqual([])
})

describe('on Windows', () => {
  const host = { Path: 'C:\\x', PATH: 'C:\\y', systemroot: 'C:\\Windows', 'ProgramFiles(x86)': 'C:\\p', Secret: 's' }
  const onWindows = (policy: EnvironmentPolicy, own?: Record<string, string | undefined>) =>
    buildEnvironment(buildResolvedEnvironment(policy), host, own, 'win32')

  test.each<[string, EnvironmentPolicy, Record<string, string>]>([
    [
      'core, by names in any case; of several that differ in case the first',
      {},
      { PATH: 'C:\\y', systemroot: 'C:\\Windows', 'ProgramFiles(x86)': 'C:\\p' },
    ],
    ['all', { inherit: 'all', exclude: ['secret', 'P*'] }, { systemroot: 'C:\\Windows' }],
    ['set takes the place of a name in another case', { set: { path: 'z' }, includeOnly: ['PATH'] }, { path: 'z' }],
    ['set with one name twice', { inherit: 'none', set: { b: '1', B: '2' } }, { B: '2' }],
  ])('%s', (_, policy, expected) => {
    expect(onWindows(policy)).toEqual(expected)
  })

  test('an environment of the caller’s own has each name once, as node:child_process passes it', () => {
    expect(onWindows({}, { Path: 'a', PATH: 'b', path: 'c' })).toEqual({ PATH: 'b' })
    expect(onWindows({}, { Path: 'a', PATH: undefined })).toEqual({})
    expect(buildEnvironment(buildResolvedEnvironment({}), {}, { Path: 'a', PATH: 'b' }, 'posix')).toEqual({
      Path: 'a',
      PATH: 'b',
    })
  })

  test('the block follows the host, and one name stands in it once', () => {
    const changing: Record<string, string> = { ...host }
    const block = new EnvironmentBlock(buildResolvedEnvironment({ set: { A: '1', a: '2' } }), changing, 'win32')
    expect(block.of(undefined)).toBe('PATH=C:\\y\0ProgramFiles(x86)=C:\\p\0systemroot=C:\\Windows\0A=1\0')
    delete changing.PATH
    expect(block.of(undefined)).toContain('Path=C:\\x\0')
  })
})

test('the result never has more than host and set together, and all of set that is included', () => {
  const name = fc.constantFrom('PATH', 'path', 'A', 'B', 'AB', '__proto__', 'constructor')
  const variables = fc.dictionary(
    name,
    fc.string().filter((value) => !value.includes('\0')),
  )
  const globs = fc.array(fc.constantFrom('*', 'a*', '?', 'PATH', '*b', '__*'), { maxLength: 3 })
  const inherit = fc.constantFrom('all' as const, 'core' as const, 'none' as const)
  fc.assert(
    fc.property(variables, variables, inherit, globs, globs, (host, set, mode, exclude, includeOnly) => {
      const result = buildEnvironment({ inherit: mode, exclude, set, includeOnly }, host)
      for (const [key, value] of Object.entries(result)) {
        expect(Object.hasOwn(set, key) ? set[key] : host[key]).toBe(value)
      }
      if (includeOnly.length === 0) for (const key of Object.keys(set)) expect(Object.hasOwn(result, key)).toBe(true)
    }),
  )
})
