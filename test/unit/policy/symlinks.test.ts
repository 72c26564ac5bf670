import { constants } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SandboxError } from '../../../lib/errors.js'
import { accessOf } from '../../../lib/policy/access.js'
import { resolvePolicy } from '../../../lib/policy/resolve.js'
import type { Policy } from '../../../lib/policy/types.js'
import { makeSite, type Site, table } from './support.js'

function resolveRules(site: Site, filesystem: Policy['filesystem'] = {}, protections: Policy['protections'] = {}) {
  return resolvePolicy({ filesystem, protections: { 'nested-repositories': 'off', ...protections } }, site.context)
}

test('a rule through links is a rule for the target, and the links are told for allow-list reading', async () => {
  const site = makeSite({ 'real/dir/x': '', 'a@': 'b', 'b@': 'real/dir', 'abs@': '/nowhere' })
  const resolved = await resolveRules(site, { [join(site.top, 'a/x')]: 'read', ':cwd': 'read' })
  expect(table(resolved, site.top)).toEqual({ ws: 'read', 'real/dir/x': 'read' })
  expect(resolved.symlinks).toEqual([
    { path: join(site.top, 'a'), target: 'b' },
    { path: join(site.top, 'b'), target: 'real/dir' },
  ])
})

test('links that can be seen anyway are not made anew', async () => {
  const site = makeSite({ 'real/x': '', 'a@': 'real' })
  const resolved = await resolveRules(site, { ':root': 'read', [join(site.top, 'a/x')]: 'none' })
  expect(resolved.symlinks).toEqual([])
  expect(accessOf(resolved, join(site.top, 'real/x'))).toBe('none')
})

test('links with .. and absolute targets in the middle of a path', async () => {
  const site = makeSite({ 'p/q/r/': '', 'real/t/': '', 'p/q/up@': '../../real' })
  const { symlinkSync } = await import('node:fs')
  symlinkSync(join(site.top, 'p/q'), join(site.top, 'real/t/far'))
  const resolved = await resolveRules(site, { [join(site.top, 'p/q/up/t/far/r')]: 'read', ':cwd': 'read' })
  expect(table(resolved, site.top)).toEqual({ ws: 'read', 'p/q/r': 'read' })
  expect(resolved.symlinks.map((link) => link.path)).toEqual([join(site.top, 'p/q/up'), join(site.top, 'real/t/far')])
})

test.each(['read', 'write', 'none'] as const)('a dangling link as a rule (%s) names rule and link', async (access) => {
  const site = makeSite({ 'home/dangling@': 'gone/x' })
  const error = await resolveRules(site, { ':root': 'read', '~/dangling/y': access }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(SandboxError)
  expect(error).toMatchObject({
    code: 'SANDBOX_PATH_UNRESOLVABLE',
    errno: constants.errno.ENOENT,
    path: join(site.home, 'dangling'),
    message: expect.stringContaining('"~/dangling/y"'),
  })
})

test('a loop of links is ELOOP', async () => {
  const site = makeSite({ 'home/a@': 'b', 'home/b@': 'a' })
  await expect(resolveRules(site, { '~/a': 'read' })).rejects.toMatchObject({ errno: constants.errno.ELOOP })
})

test.each(['read', 'none'] as const)(
  'a rule (%s) through a link in a writable root is refused: the command could turn it',
  async (access) => {
    const site = makeSite({ 'data/': '', 'ws/link@': '../data' })
    const filesystem = { [site.top]: 'write', ':cwd': 'write', './link': access } as const
    await expect(resolveRules(site, filesystem)).rejects.toMatchObject({
      code: 'SANDBOX_PATH_UNRESOLVABLE',
      path: join(site.ws, 'link'),
      hint: expect.stringContaining(join(site.top, 'data')),
    })
    // Controls: a link that stays, and the target named as well.
    const readOnly = await resolveRules(site, { ...filesystem, [site.top]: 'write', ':cwd': 'read' })
    expect(accessOf(readOnly, join(site.top, 'data'))).toBe(access)
    const named = await resolveRules(site, { ...filesystem, '../data': access })
    expect(accessOf(named, join(site.top, 'data'))).toBe(access)
    const warned = await resolveRules(site, filesystem, { 'protected-paths': 'best-effort' })
    expect(accessOf(warned, join(site.top, 'data'))).toBe(access)
    expect(warned.warnings).toContainEqual(expect.stringContaining(join(site.ws, 'link')))
  },
)

test('a writable rule through such a link is refused too: it would open whatever the link names next', async () => {
  const site = makeSite({ 'data/': '', 'ws/link@': '../data' })
  await expect(resolveRules(site, { ':root': 'read', ':cwd': 'write', './link': 'write' })).rejects.toMatchObject({
    path: join(site.ws, 'link'),
  })
  // Control: inside the writable root it opens nothing.
  const inside = makeSite({ 'ws/data/': '', 'ws/link@': 'data' })
  await expect(resolveRules(inside, { ':cwd': 'write', './link': 'write' })).resolves.toBeDefined()
})

test('special paths may be links in writable places: they are the caller’s own words', async () => {
  const site = makeSite({ 'tmp/link@': '../ws' })
  const context = { ...site.context, cwd: join(site.top, 'tmp/link') }
  const resolved = await resolvePolicy({ extends: 'workspace-write', filesystem: { './x': 'none' } }, context)
  expect(resolved.cwd).toBe(site.ws)
})

test('a protected name that is a link: the target is protected, a warning tells of the link', async () => {
  const site = makeSite({
    'ws/config/agent/x': '',
    'ws/.claude@': 'config/agent',
    'ws/.codex@': 'gone',
    'ws/.idea@': '/usr',
  })
  const resolved = await resolveRules(site, { ':cwd': 'write' })
  expect(resolved.rules).toContainEqual({
    path: join(site.ws, 'config/agent'),
    access: 'read',
    type: 'directory',
    origin: { kind: 'protected', rule: '.claude' },
  })
  // A target that the command could not reach is not shown to it for that.
  expect(accessOf(resolved, '/usr')).toBe('none')
  for (const name of ['.claude', '.codex', '.idea']) {
    expect(resolved.warnings).toContainEqual(expect.stringMatching(`${name} is a symbolic link`))
  }
})
