import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SandboxError } from '../../../lib/errors.js'
import { accessOf } from '../../../lib/policy/access.js'
import { PolicyError } from '../../../lib/policy/policy-error.js'
import { resolvePolicy } from '../../../lib/policy/resolve.js'
import type { Policy, PresetName } from '../../../lib/policy/types.js'
import { grow, makeSite, type Site, table } from './support.js'

const UNPROTECTED = { 'protected-paths': 'off', 'nested-repositories': 'off' } as const

/** Resolves rules without the built-in protections, to a table relative to the site. */
async function rulesOf(site: Site, filesystem: Policy['filesystem'] = {}): Promise<Record<string, string>> {
  const resolved = await resolvePolicy({ filesystem, protections: UNPROTECTED }, site.context)
  return table(resolved, site.top)
}

async function errorOf(site: Site, policy: Policy | PresetName, context = {}): Promise<unknown> {
  return resolvePolicy(policy, { ...site.context, ...context }).then(
    () => 'resolved',
    (error: unknown) => error,
  )
}

describe('presets', () => {
  test('read-only reads everything but ringfence’s own state and writes nothing', async () => {
    const site = makeSite()
    const resolved = await resolvePolicy('read-only', site.context)
    expect(table(resolved, site.top)).toEqual({ '/': 'read', state: 'none' })
    expect(resolved).toMatchObject({
      cwd: site.ws,
      symlinks: [],
      network: { mode: 'none', allow: [], deny: [] },
      environment: { inherit: 'core', exclude: [], set: {}, includeOnly: [] },
      limits: {},
      nested: false,
      scan: { directories: 0, repositories: 0, complete: true },
      warnings: [],
    })
    expect(new Set(Object.values(resolved.protections))).toEqual(new Set(['strict']))
  })

  test('workspace-write writes the cwd, TMPDIR and /tmp, and each has the protected names', async () => {
    const site = makeSite()
    const rules = table(await resolvePolicy('workspace-write', site.context), site.top)
    expect(rules).toMatchObject({ '/': 'read', '/tmp': 'write', ws: 'write', tmp: 'write', state: 'none' })
    for (const root of ['ws', 'tmp']) {
      for (const name of ['.git', '.codex', '.claude', '.agents', '.vscode', '.idea', '.mcp.json']) {
        expect(rules[`${root}/${name}`]).toBe('read (missing)')
      }
    }
    expect(Object.keys(rules).filter((path) => path.endsWith('rc'))).toEqual([])
  })

  test('an unknown preset is the caller’s mistake', async () => {
    const error = await errorOf(makeSite(), 'full' as PresetName)
    expect(error).toBeInstanceOf(PolicyError)
    expect((error as Error).message).toContain('read-only or workspace-write')
  })

  test('a rule of the user takes the place of the preset’s rule for the same path, also a weaker one', async () => {
    const site = makeSite()
    const filesystem = { ':cwd': 'read', ':tmpdir': 'none', ':slash_tmp': 'read' } as const
    const resolved = await resolvePolicy({ extends: 'workspace-write', filesystem }, site.context)
    expect(table(resolved, site.top)).toEqual({ '/': 'read', tmp: 'none', state: 'none' })
  })

  test('settings of the policy are laid over those of the preset, field by field', async () => {
    const policy: Policy = {
      extends: 'workspace-write',
      network: { mode: 'proxy', allow: ['a.org'] },
      environment: { exclude: ['X'] },
      limits: { processes: 5 },
      protections: { network: 'best-effort' },
      nested: true,
    }
    const resolved = await resolvePolicy(policy, makeSite().context)
    expect(resolved.network).toEqual({ mode: 'proxy', allow: ['a.org'], deny: [] })
    expect(resolved.environment).toEqual({ inherit: 'core', exclude: ['X'], set: {}, includeOnly: [] })
    expect(resolved.limits).toEqual({ processes: 5 })
    expect(resolved.nested).toBe(true)
    expect(resolved.protections).toMatchObject({ network: 'best-effort', 'file-writes': 'strict' })
  })

  test('fields that are undefined say nothing', async () => {
    const nothing = { extends: undefined, limits: { processes: undefined }, network: { mode: undefined } }
    const resolved = await resolvePolicy(nothing as unknown as Policy, makeSite().context)
    expect(resolved).toMatchObject({ rules: [], network: { mode: 'none' } })
    expect(Object.keys(resolved.limits)).toEqual([])
  })

  test('host lists without mode proxy are warned of and dropped', async () => {
    const resolved = await resolvePolicy({ network: { allow: ['a.org'] } }, makeSite().context)
    expect(resolved.network).toEqual({ mode: 'none', allow: [], deny: [] })
    expect(resolved.warnings).toContainEqual(expect.stringContaining('mode proxy'))
  })
})

describe('paths', () => {
  test('absolute, home, relative and special paths, each with what follows', async () => {
    const site = makeSite({ 'ws/docs/': '', 'home/.ssh/': '', 'tmp/x/': '', 'abs/': '' })
    const rules = await rulesOf(site, {
      [join(site.top, 'abs')]: 'read',
      '~': 'read',
      '~/.ssh': 'deny',
      ':cwd': 'write',
      docs: 'read',
      ':tmpdir/x': 'read',
      './../abs/../abs/.': 'read',
    })
    expect(rules).toEqual({
      abs: 'read',
      home: 'read',
      'home/.ssh': 'none',
      ws: 'write',
      'ws/docs': 'read',
      'tmp/x': 'read',
    })
  })

  test(':root and :slash_tmp', async () => {
    expect(await rulesOf(makeSite(), { ':root': 'read', ':slash_tmp': 'write' })).toMatchObject({
      '/': 'read',
      '/tmp': 'write',
    })
  })

  test(':workspace_roots stands for every root, :cwd for the cwd alone', async () => {
    const site = makeSite({ 'ws/a/docs/': '', 'other/docs/': '' })
    const context = { ...site.context, cwd: join(site.ws, 'a'), workspaceRoots: [site.ws, '../../other'] }
    const filesystem = { ':workspace_roots': 'write', ':workspace_roots/docs': 'none', ':cwd': 'read' } as const
    const resolved = await resolvePolicy({ filesystem, protections: UNPROTECTED }, context)
    expect(table(resolved, site.top)).toEqual({
      other: 'write',
      ws: 'write',
      'other/docs': 'none',
      'ws/a': 'read',
      'ws/docs': 'none (missing)',
    })
  })

  test('relative paths start at baseDirectory', async () => {
    const site = makeSite({ 'etc/x/': '', 'ws/x/': '' })
    const context = { ...site.context, baseDirectory: join(site.top, 'etc') }
    const resolved = await resolvePolicy({ filesystem: { './x': 'read' } }, context)
    expect(table(resolved, site.top)).toEqual({ 'etc/x': 'read' })
  })

  test(':minimal has what a dynamic program needs, canonical, with the links to it, and no personal files', async () => {
    const site = makeSite()
    const resolved = await resolvePolicy({ filesystem: { ':minimal': 'read' } }, site.context)
    expect(accessOf(resolved, '/usr/lib')).toBe('read')
    expect(accessOf(resolved, '/etc/ld.so.cache')).toBe('read')
    for (const path of [site.ws, '/root', '/home', '/etc/shadow', '/etc/ssl/private', '/']) {
      expect(accessOf(resolved, path)).toBe('none')
    }
    expect(resolved.rules.every((rule) => rule.origin.kind === 'minimal' && rule.type !== 'missing')).toBe(true)
    const { lstatSync, readlinkSync } = await import('node:fs')
    for (const path of ['/bin', '/lib64'].filter((entry) => lstatSync(entry).isSymbolicLink())) {
      expect(resolved.symlinks).toContainEqual({ path, target: readlinkSync(path) })
    }
  })

  test('unknown tokens are ignored with a warning', async () => {
    const resolved = await resolvePolicy({ filesystem: { ':future/x': 'write', ':root': 'read' } }, makeSite().context)
    expect(resolved.warnings).toEqual([expect.stringContaining(':future/x')])
  })

  test.each(['/', 'relative', 'HOME'])('TMPDIR=%s does not become writable', async (tmpdir) => {
    const site = makeSite()
    const env = { TMPDIR: tmpdir === 'HOME' ? site.home : tmpdir }
    const resolved = await resolvePolicy('workspace-write', { ...site.context, env })
    expect(accessOf(resolved, '/etc')).toBe('read')
    expect(accessOf(resolved, site.home)).toBe('read')
    expect(resolved.warnings).toContainEqual(expect.stringContaining('TMPDIR='))
  })

  test('a TMPDIR that is missing is passed over with a warning', async () => {
    const site = makeSite()
    const resolved = await resolvePolicy('workspace-write', {
      ...site.context,
      env: { TMPDIR: join(site.top, 'gone') },
    })
    expect(resolved.warnings).toEqual([expect.stringContaining('gone is missing')])
  })
})

describe('precedence', () => {
  test('the deepest rule wins, in whatever order they are written', async () => {
    const site = makeSite({ 'ws/docs/tmp/': '', 'ws/docs/tmp/secret/': '' })
    const entries = Object.entries({
      './docs/tmp/secret': 'none',
      './docs/tmp': 'write',
      ':cwd': 'write',
      './docs': 'read',
    })
    for (const order of [entries, entries.toReversed()]) {
      expect(await rulesOf(site, Object.fromEntries(order) as Policy['filesystem'])).toEqual({
        ws: 'write',
        'ws/docs': 'read',
        'ws/docs/tmp': 'write',
        'ws/docs/tmp/secret': 'none',
      })
    }
  })

  test('by component: /a/bc does not lie in /a/b', async () => {
    const site = makeSite({ 'ws/b/': '', 'ws/bc/': '' })
    const resolved = await resolvePolicy({ filesystem: { ':cwd': 'read', './b': 'none' } }, site.context)
    expect(accessOf(resolved, join(site.ws, 'bc'))).toBe('read')
    expect(accessOf(resolved, join(site.ws, 'b/x'))).toBe('none')
  })

  test.each([
    [['none', 'write'], 'none'],
    [['none', 'read'], 'none'],
    [['write', 'read'], 'write'],
    [['deny', 'write', 'read'], 'none'],
  ] as const)('equal paths, %j: %s', async (accesses, expected) => {
    const site = makeSite({ 'home/x/': '' })
    const spellings = [join(site.home, 'x'), '~/x', '../home/x']
    const rules = await rulesOf(site, {
      '~': expected === 'none' ? 'read' : 'none',
      ...Object.fromEntries(accesses.map((access, index) => [spellings[index], access])),
    })
    expect(rules['home/x']).toBe(expected)
  })

  test('rules that change nothing are dropped', async () => {
    const site = makeSite({ 'ws/a/b/c/': '' })
    expect(await rulesOf(site, { '/': 'read', './a': 'read', './a/b': 'write', './a/b/c': 'write' })).toEqual({
      '/': 'read',
      'ws/a/b': 'write',
      state: 'none',
    })
    expect(await rulesOf(site, { './a': 'none', ':root': 'none' })).toEqual({})
  })

  test('sorted by depth, then by path', async () => {
    const site = makeSite({ 'ws/b/': '', 'ws/a/x/': '', 'ws/c/': '' })
    const filesystem = { './c': 'none', './a/x': 'none', './b': 'none', ':root': 'read' } as const
    const { rules } = await resolvePolicy({ filesystem }, site.context)
    expect(rules.map((rule) => rule.path)).toEqual([
      '/',
      site.state,
      ...['b', 'c', 'a/x'].map((path) => join(site.ws, path)),
    ])
  })
})

describe('missing paths', () => {
  test('held inside a writable root, whether denied or read-only', async () => {
    const site = makeSite()
    expect(await rulesOf(site, { ':cwd': 'write', './no': 'none', './ro': 'read' })).toEqual({
      ws: 'write',
      'ws/no': 'none (missing)',
      'ws/ro': 'read (missing)',
    })
  })

  test('held from their first missing component on, so that the parent of a missing path always exists', async () => {
    const site = makeSite()
    const resolved = await resolvePolicy(
      { filesystem: { ':cwd': 'write', './a/b/c': 'none' }, protections: UNPROTECTED },
      site.context,
    )
    expect(table(resolved, site.top)).toEqual({ ws: 'write', 'ws/a': 'none (missing)' })
    expect(resolved.warnings).toEqual([expect.stringContaining('./a/b/c')])
  })

  test('ignored with a warning where nothing can be written', async () => {
    const site = makeSite()
    const resolved = await resolvePolicy({ filesystem: { ':root': 'read', '~/.ssh': 'none' } }, site.context)
    expect(table(resolved, site.top)).toEqual({ '/': 'read', state: 'none' })
    expect(resolved.warnings).toEqual([expect.stringContaining('"~/.ssh"')])
  })

  test('a missing writable path is an error, or nothing inside a writable root', async () => {
    const site = makeSite()
    expect(await rulesOf(site, { ':cwd': 'write', './target': 'write' })).toEqual({ ws: 'write' })
    const error = await errorOf(site, { filesystem: { ':root': 'read', './target': 'write' } })
    expect(error).toBeInstanceOf(SandboxError)
    expect(error).toMatchObject({
      code: 'SANDBOX_PATH_UNRESOLVABLE',
      stage: 'policy.path',
      syscall: 'lstat',
      errno: constants.errno.ENOENT,
      path: join(site.ws, 'target'),
      message: expect.stringContaining('"./target"'),
    })
  })

  test('a writable path that is a file is a rule for the file', async () => {
    const site = makeSite({ 'ws/log': '' })
    const { rules } = await resolvePolicy({ filesystem: { ':root': 'read', './log': 'write' } }, site.context)
    expect(rules).toContainEqual(expect.objectContaining({ path: join(site.ws, 'log'), access: 'write', type: 'file' }))
  })

  test('a file in the middle of a path is an error', async () => {
    const site = makeSite({ 'ws/file': '' })
    for (const access of ['read', 'write', 'none'] as const) {
      expect(await errorOf(site, { filesystem: { ':cwd': 'write', './file/x': access } })).toMatchObject({
        code: 'SANDBOX_PATH_UNRESOLVABLE',
        errno: constants.errno.ENOTDIR,
        path: join(site.ws, 'file'),
      })
    }
  })
})

describe('the working directory and the workspace roots', () => {
  test.each([
    ['gone', 'ENOENT'],
    ['file', 'ENOTDIR'],
    ['file/x', 'ENOTDIR'],
    ['loop', 'ELOOP'],
  ] as const)('%s: %s', async (name, code) => {
    const site = makeSite({ file: '', 'loop@': 'loop' })
    const path = join(site.top, name)
    for (const context of [{ cwd: path }, { workspaceRoots: [path] }, { baseDirectory: path }]) {
      const error = await errorOf(site, 'read-only', context)
      expect(error).toBeInstanceOf(SandboxError)
      expect(error).toMatchObject({ code: 'SANDBOX_PATH_UNRESOLVABLE', errno: constants.errno[code], syscall: 'lstat' })
      expect((error as Error).message).toContain(path)
    }
  })

  test.each([{ cwd: 'a\0b' }, { cwd: '' }, { workspaceRoots: ['a\0'] }, { baseDirectory: '\0' }])(
    '%j is the caller’s mistake',
    async (context) => {
      const error = await errorOf(makeSite(), 'read-only', context)
      expect(error).toBeInstanceOf(PolicyError)
      expect((error as PolicyError).field).toMatch(/^(cwd|workspaceRoots\[0\]|baseDirectory)$/)
    },
  )

  test('a cwd that is a link is canonical in the result', async () => {
    const site = makeSite({ 'link@': 'ws' })
    const resolved = await resolvePolicy(
      { filesystem: { ':cwd': 'write' } },
      { ...site.context, cwd: join(site.top, 'link') },
    )
    expect(resolved.cwd).toBe(site.ws)
    expect(resolved.symlinks).toEqual([{ path: join(site.top, 'link'), target: 'ws' }])
  })

  test('a cwd without access is warned of', async () => {
    const resolved = await resolvePolicy({ filesystem: { '/usr': 'read' } }, makeSite().context)
    expect(resolved.warnings).toEqual([expect.stringContaining('working directory')])
  })
})

test('ringfence’s own state is denied whatever the rules say', async () => {
  const site = makeSite({ 'state/masks/': '' })
  for (const filesystem of [{ ':root': 'write' }, { [site.state]: 'write' }, { [join(site.state, 'masks')]: 'read' }]) {
    const resolved = await resolvePolicy({ filesystem: { [site.top]: 'write', ...filesystem } as never }, site.context)
    expect(accessOf(resolved, join(site.state, 'masks'))).toBe('none')
    expect(accessOf(resolved, site.ws)).toBe('write')
  }
})

test('600 rules and deep trees resolve in well under a second', async () => {
  const site = makeSite()
  const filesystem: Record<string, 'read' | 'none' | 'write'> = { ':cwd': 'write' }
  for (let index = 0; index < 600; index++) {
    const path = `d${index % 20}/e${index % 7}/f${index}`
    if (index % 2 === 0) grow(site.ws, { [`${path}/`]: '' })
    filesystem[`./${path}`] = index % 3 === 0 ? 'none' : 'read'
  }
  grow(site.ws, Object.fromEntries(Array.from({ length: 140 }, (_, i) => [`d${i % 20}/e${i % 7}/`, ''])))
  const before = performance.now()
  const resolved = await resolvePolicy({ filesystem }, site.context)
  expect(performance.now() - before).toBeLessThan(1_000)
  expect(resolved.rules.filter((rule) => rule.origin.kind === 'user')).toHaveLength(601)
})
