import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../../lib/policy/parse.js'
import { PolicyError } from '../../../lib/policy/policy-error.js'
import type { Policy } from '../../../lib/policy/types.js'

function problemOf(value: unknown): { field: string | undefined; message: string } {
  try {
    parsePolicy(value)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    expect(error).toBeInstanceOf(TypeError)
    return { field: error.field, message: error.message }
  }
  throw new Error('parsed')
}

test('a policy with every field is taken as it is', () => {
  const policy: Policy = {
    extends: 'workspace-write',
    filesystem: { ':cwd': 'write', './docs': 'read', '~/.ssh': 'none', '**/.env': 'deny', ':future/x': 'read' },
    network: { mode: 'proxy', allow: ['api.github.com', '*.example.org:443', '*'], deny: ['[::1]:80', '10.0.0.1'] },
    environment: { inherit: 'all', exclude: ['*TOKEN*'], set: { A: 'b=c' }, includeOnly: ['A'] },
    limits: { memoryBytes: 1, processes: 2, cpuSeconds: 3, wallMs: 4, openFiles: 5, fileSizeBytes: 6, outputBytes: 7 },
    nested: true,
    protections: { network: 'best-effort', 'protected-paths': 'off' },
  }
  expect(parsePolicy(policy)).toEqual(policy)
})

test('an empty policy is a policy', () => {
  expect(parsePolicy({})).toEqual({})
})

describe('a mistake names its field', () => {
  test.each<[unknown, string, string]>([
    [{ filesytem: {} }, 'filesytem', 'unknown field'],
    [{ network: { mod: 'none' } }, 'network.mod', 'unknown field'],
    [{ extends: 'full' }, 'extends', 'expected read-only|workspace-write, got "full"'],
    [{ filesystem: { './x': 'rw' } }, 'filesystem["./x"]', 'expected read|write|none|deny, got "rw"'],
    [{ filesystem: { x: true } }, 'filesystem.x', 'expected read|write|none|deny, got true'],
    [{ filesystem: [] }, 'filesystem', 'expected a table of names and values, got a list'],
    [{ filesystem: { '': 'read' } }, 'filesystem[""]', 'the path is empty'],
    [{ filesystem: { 'a\0b': 'none' } }, 'filesystem["a\\u0000b"]', 'the path contains NUL'],
    [{ filesystem: { '**/x': 'write' } }, 'filesystem["**/x"]', 'a glob cannot be made writable; name the directory'],
    [{ filesystem: { '!**/x': 'none' } }, 'filesystem["!**/x"]', 'a glob cannot be negated'],
    [{ filesystem: { './a*/../b': 'none' } }, 'filesystem["./a*/../b"]', 'a glob cannot contain ..'],
    [{ filesystem: { ':minimal': 'write' } }, 'filesystem[":minimal"]', ':minimal can only be "read"'],
    [{ filesystem: JSON.parse('{"__proto__": "none"}') }, 'filesystem.__proto__', 'write ./__proto__'],
    [{ network: { mode: 'off' } }, 'network.mode', 'expected none|proxy|unrestricted, got "off"'],
    [{ network: { allow: 'x' } }, 'network.allow', 'expected a list, got "x"'],
    [{ limits: { memoryBytes: '2G' } }, 'limits.memoryBytes', 'expected a number, got "2G"'],
    [{ limits: { processes: 0 } }, 'limits.processes', 'expected a number above 0'],
    [{ limits: { wallMs: 1.5 } }, 'limits.wallMs', 'expected a whole number, got 1.5'],
    [{ limits: { wallMs: 2 ** 31 } }, 'limits.wallMs', 'expected at most 2147483647'],
    [{ nested: 'yes' }, 'nested', 'expected a boolean, got "yes"'],
    [{ protections: { networks: 'off' } }, 'protections.networks', 'unknown field'],
    [{ protections: { network: 'on' } }, 'protections.network', 'expected strict|best-effort|off, got "on"'],
    [{ environment: { set: { 'A=B': 'x' } } }, 'environment.set["A=B"]', 'the name of a variable cannot contain ='],
    [{ environment: { set: { A: 'x\0' } } }, 'environment.set.A', 'contains NUL'],
    [{ environment: { exclude: [''] } }, 'environment.exclude[0]', 'the name is empty'],
    ['read-only', '', 'expected a table of names and values, got "read-only"'],
    [null, '', 'expected a table of names and values, got null'],
  ])('%j', (value, field, problem) => {
    expect(problemOf(value)).toEqual({ field, message: field === '' ? problem : `${field}: ${problem}` })
  })

  test.each(['https://x.org', 'x.org/a', '', '*.', 'a b', 'x.org:0', 'x.org:65536', 'x:y', '::1', '*x.org', '*.*.x'])(
    'host %j is refused',
    (host) => {
      expect(problemOf({ network: { deny: ['ok.org', host] } }).field).toBe('network.deny[1]')
    },
  )
})

test('several mistakes are counted, the first one is told', () => {
  expect(problemOf({ nested: 1, extends: 2, filesystem: 3 }).message).toMatch(/\(and 2 more problems\)$/)
})

test('the error carries the file', () => {
  expect(() => parsePolicy({ x: 1 }, { file: '/p.toml' })).toThrow(
    expect.objectContaining({ file: '/p.toml', field: 'x', message: '/p.toml: x: unknown field' }),
  )
})
