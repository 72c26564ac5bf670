import { chmodSync, linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { accessOf } from '../../../lib/policy/access.js'
import { PolicyError } from '../../../lib/policy/policy-error.js'
import { resolvePolicy } from '../../../lib/policy/resolve.js'
import type { Policy } from '../../../lib/policy/types.js'
import { grow, makeSite, type Site, table } from './support.js'

const PROTECTIONS = { 'protected-paths': 'off', 'nested-repositories': 'off' } as const

function resolveRules(site: Site, filesystem: Policy['filesystem'], context = {}) {
  const policy = { filesystem: { ':cwd': 'write', ...filesystem }, protections: PROTECTIONS } as const
  return resolvePolicy(policy, { ...site.context, ...context })
}

async function matchesOf(site: Site, glob: string): Promise<string[]> {
  const rules = table(await resolveRules(site, { [glob]: 'none' }), site.ws)
  return Object.keys(rules)
    .filter((path) => rules[path] === 'none')
    .toSorted()
}

describe('what a glob matches', () => {
  const tree = {
    'ws/.env': '',
    'ws/a.pem': '',
    'ws/src/.env': '',
    'ws/src/deep/er/.env': '',
    'ws/src/b.pem': '',
    'ws/src/.hidden/.env': '',
    'ws/line\nbreak/.env': '',
    'ws/secrets/x/y': '',
    'ws/build-1/x': '',
    'ws/build-2': '',
    'ws/sec[1]': '',
    'ws/sec1': '',
    'other/.env': '',
  }
  const env = ['.env', 'line\nbreak/.env', 'src/.env', 'src/.hidden/.env', 'src/deep/er/.env']

  test.each<[string, string[]]>([
    ['**/.env', env],
    ['*.pem', ['a.pem', 'src/b.pem']],
    ['./*.pem', ['a.pem']],
    ['src/*.pem', ['src/b.pem']],
    ['src/**/.env', ['src/.env', 'src/.hidden/.env', 'src/deep/er/.env']],
    [':cwd/**/.env', env],
    [':workspace_roots/src/*/.env', ['src/.hidden/.env']],
    ['**/er', ['src/deep/er']],
    ['secrets/**', ['secrets']],
    ['**/deep/**', ['src/deep']],
    ['build-*', ['build-1', 'build-2']],
    ['build-*/', ['build-1']],
    ['*.{pem,key}', ['a.pem', 'src/b.pem']],
    ['./a.p?m', ['a.pem']],
    ['./sec\\[1\\]', ['sec[1]']],
    // The literal spelling is meant as well.
    ['./sec[1]', ['sec1', 'sec[1]']],
  ])('%s', async (glob, expected) => {
    expect(await matchesOf(makeSite(tree), glob)).toEqual(expected)
  })

  test('** alone is the whole workspace', async () => {
    const site = makeSite(tree)
    expect(table(await resolveRules(site, { ':root': 'read', '**': 'none' }), site.top)).toMatchObject({ ws: 'none' })
  })

  test('absolute and home globs', async () => {
    const site = makeSite({ 'home/a.key': '', 'home/x/b.key': '', 'ws/c.key': '' })
    const resolved = await resolveRules(site, {
      '~': 'read',
      '~/**/*.key': 'none',
      [join(site.top, 'w*', 'c.key')]: 'none',
    })
    expect(table(resolved, site.top)).toEqual({
      home: 'read',
      ws: 'write',
      'home/a.key': 'none',
      'ws/c.key': 'none',
      'home/x/b.key': 'none',
    })
  })

  test('any depth means below the workspace, wherever the policy file lies', async () => {
    const site = makeSite({ 'ws/a/.env': '', 'etc/.env': '', 'etc/b.pem': '' })
    const policy = { ':root': 'read', '**/.env': 'none', './*.pem': 'none' } as const
    const resolved = await resolveRules(site, policy, { baseDirectory: join(site.top, 'etc') })
    expect(accessOf(resolved, join(site.ws, 'a/.env'))).toBe('none')
    expect(accessOf(resolved, join(site.top, 'etc/.env'))).toBe('read')
    expect(accessOf(resolved, join(site.top, 'etc/b.pem'))).toBe('none')
  })
})

test('matches are rules with the glob as their origin', async () => {
  const site = makeSite({ 'ws/a/.env': '' })
  const { rules } = await resolveRules(site, { '**/.env': 'none' }, { file: '/p.toml' })
  expect(rules.at(-1)).toEqual({
    path: join(site.ws, 'a/.env'),
    access: 'none',
    type: 'file',
    origin: { kind: 'glob', rule: '**/.env', file: '/p.toml' },
  })
})

test('a glob that matches nothing is warned of', async () => {
  expect((await resolveRules(makeSite(), { '**/.env': 'none' })).warnings).toEqual(['rule "**/.env" matches nothing'])
})

test('brackets that do not pair up are the caller’s mistake', async () => {
  const error = await resolveRules(makeSite(), { './a[b': 'none' }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(PolicyError)
  expect(error).toMatchObject({ field: 'filesystem["./a[b"]' })
})

describe('links', () => {
  test('of a match that is a link the target is denied', async () => {
    const site = makeSite({ 'shared/env': '', 'ws/.env@': '../shared/env', 'ws/a/.env@': 'gone' })
    const resolved = await resolveRules(site, { ':root': 'read', '**/.env': 'none' })
    expect(accessOf(resolved, join(site.top, 'shared/env'))).toBe('none')
  })

  test('are not followed into other trees', async () => {
    const site = makeSite({ 'other/.env': '', 'ws/link@': '../other', 'ws/up@': '..' })
    const resolved = await resolveRules(site, { ':root': 'read', '**/.env': 'none' })
    expect(accessOf(resolved, join(site.top, 'other/.env'))).toBe('read')
  })

  test('a planted link opens nothing', async () => {
    const site = makeSite({ 'home/id_rsa': '', 'ws/x.md@': '../home/id_rsa', 'ws/d@': '../home', 'ws/y.md': '' })
    const resolved = await resolveRules(site, { '**/*.md': 'read', './d/*': 'read' })
    expect(accessOf(resolved, join(site.home, 'id_rsa'))).toBe('none')
    // Control: what is no link gets the rule.
    expect(accessOf(resolved, join(site.ws, 'y.md'))).toBe('read')
  })
})

describe('limits', () => {
  test('more entries than allowed are an error, not a shorter list', async () => {
    const site = makeSite(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`ws/d${i}/f`, ''])))
    await expect(resolveRules(site, { '**/.env': 'none' }, { maxGlobEntries: 59 })).rejects.toMatchObject({
      code: 'SANDBOX_POLICY_UNENFORCEABLE',
      stage: 'policy.glob',
      message: expect.stringContaining('59 entries'),
      hint: expect.stringContaining('maxGlobEntries'),
    })
    await expect(resolveRules(site, { '**/.env': 'none' }, { maxGlobEntries: 60 })).resolves.toBeDefined()
  })

  test('a glob without ** looks no deeper than it can match', async () => {
    const site = makeSite(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`ws/src/d/f${i}`, ''])))
    grow(site.ws, { 'src/x.key': '' })
    const resolved = await resolveRules(site, { './src/*.key': 'none' }, { maxGlobEntries: 5 })
    expect(accessOf(resolved, join(site.ws, 'src/x.key'))).toBe('none')
  })

  test('20,000 entries and ten globs take a few seconds at most', async () => {
    const site = makeSite({ 'ws/x': '' })
    for (let directory = 0; directory < 100; directory++) {
      mkdirSync(join(site.ws, `d${directory}`))
      for (let file = 0; file < 200; file++) linkSync(join(site.ws, 'x'), join(site.ws, `d${directory}/f${file}`))
    }
    writeFileSync(join(site.ws, 'd7/k3.key'), '')
    const globs = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`**/k${i}.key`, 'none' as const]))
    const before = performance.now()
    const resolved = await resolveRules(site, globs)
    expect(performance.now() - before).toBeLessThan(5_000)
    expect(accessOf(resolved, join(site.ws, 'd7/k3.key'))).toBe('none')
  })
})

test('a directory that cannot be read gets the rule as a whole', async ({ skip }) => {
  if (process.geteuid?.() === 0) skip('root reads everything; runs as an ordinary user')
  const site = makeSite({ 'ws/closed/.env': '' })
  chmodSync(join(site.ws, 'closed'), 0)
  const resolved = await resolveRules(site, { '**/.env': 'none' })
  chmodSync(join(site.ws, 'closed'), 0o755)
  expect(accessOf(resolved, join(site.ws, 'closed/x'))).toBe('none')
  expect(resolved.warnings).toEqual([expect.stringContaining('closed cannot be read')])
})

test('a name that is not UTF-8 is an error where the glob could mean it', async () => {
  const site = makeSite()
  mkdirSync(Buffer.concat([Buffer.from(`${site.ws}/`), Buffer.from([0x64, 0xff])]))
  await expect(resolveRules(site, { '**/.env': 'none' })).rejects.toMatchObject({
    code: 'SANDBOX_POLICY_UNENFORCEABLE',
    path: site.ws,
  })
  // Control: the same shape with a real U+FFFD in the name.
  const named = makeSite({ 'ws/d\ufffd/.env': '' })
  expect(await matchesOf(named, '**/.env')).toEqual(['d\ufffd/.env'])
})
