/** What a repository's configuration has git obey in the work tree is read-only as its hooks and config are. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { accessOf } from '../../../lib/policy/access.js'
import { resolvePolicy } from '../../../lib/policy/resolve.js'
import type { Policy } from '../../../lib/policy/types.js'
import { makeSite, type Site, type Tree } from './support.js'

function repository(path: string, config: string): Tree {
  const tree: Tree = { HEAD: 'ref: refs/heads/main\n', 'objects/': '', 'refs/': '', 'hooks/': '', config }
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [`${path}/${name}`, value]))
}

function resolveRules(site: Site, filesystem: Policy['filesystem'] = {}) {
  return resolvePolicy({ filesystem: { ':cwd': 'write', ...filesystem } }, site.context)
}

test.each(['', 'sub/'])('hooks directory and included files of a repository at ./%s', async (place) => {
  const config = '[core]\nhooksPath = .husky\n[include]\npath = ../inc\n[includeIf "onbranch:x"]\npath = "../other"\n'
  const site = makeSite({
    ...repository(`ws/${place}.git`, config),
    [`ws/${place}.husky/pre-commit`]: '',
    [`ws/${place}inc`]: '[core]\nHooksPath = more/hooks\n[include]\npath = deep/inc\n',
    [`ws/${place}deep/inc`]: '[include]\npath = ../inc\npath = last\n',
    [`ws/${place}more/x`]: '',
  })
  const resolved = await resolveRules(site)
  for (const path of ['.husky/pre-commit', 'inc', 'other', 'more/hooks/x', 'deep/inc', 'deep/last']) {
    expect(accessOf(resolved, join(site.ws, place, path)), path).toBe('read')
  }
  for (const path of ['file', 'more/x', 'deep/x', '.husky2']) {
    expect(accessOf(resolved, join(site.ws, place, path)), path).toBe('write')
  }
  const kinds = resolved.rules.filter(({ path }) => path.endsWith('/.husky')).map(({ origin }) => origin.kind)
  expect(kinds).toEqual([place === '' ? 'protected' : 'repository'])
})

test('config.worktree, the home directory, core.worktree', async () => {
  const site = makeSite({
    ...repository('ws/sub/.git', '[core]\nhooksPath = rel\nworktree = ../tree\n[include]\npath = ~/inc\n'),
    'ws/sub/.git/config.worktree': '[core]\nhooksPath = ~/hooks\n',
    'ws/sub/tree/': '',
  })
  const resolved = await resolveRules(site, { '~': 'write' })
  for (const path of ['home/inc', 'home/hooks', 'ws/sub/rel', 'ws/sub/tree/rel']) {
    expect(accessOf(resolved, join(site.top, path)), path).toBe('read')
  }
})

test('a hooks directory whose parent is missing too: the first missing directory is held', async () => {
  const site = makeSite(repository('ws/.git', '[core]\nhooksPath = .husky/_\n'))
  expect((await resolveRules(site)).rules).toContainEqual(
    expect.objectContaining({ path: join(site.ws, '.husky'), access: 'read', type: 'missing' }),
  )
})

test('a rule of the user at the very path opens it, one around it does not', async () => {
  const tree = { ...repository('ws/.git', '[core]\nhooksPath = .husky/_\n'), 'ws/.husky/_/x': '' }
  const site = makeSite(tree)
  expect(accessOf(await resolveRules(site), join(site.ws, '.husky/_/x'))).toBe('read')
  expect(accessOf(await resolveRules(site, { './.husky': 'write' }), join(site.ws, '.husky/_/x'))).toBe('read')
  expect(accessOf(await resolveRules(site, { './.husky/_': 'write' }), join(site.ws, '.husky/_/x'))).toBe('write')
})

test('a writable root as hooks directory stays writable, with a warning', async () => {
  const site = makeSite(repository('ws/.git', '[core]\nhooksPath = .\n'))
  const resolved = await resolvePolicy('workspace-write', site.context)
  expect(accessOf(resolved, join(site.ws, 'x'))).toBe('write')
  expect(resolved.warnings).toContainEqual(expect.stringContaining('stays writable'))
})

test('what lies where the command cannot write gets no rule', async () => {
  const site = makeSite(repository('ws/.git', `[core]\nhooksPath = /usr/hooks\n[include]\npath = ~/inc\n`))
  const resolved = await resolveRules(site, { '/usr': 'read' })
  expect(resolved.rules.filter(({ path }) => /hooks$|inc$/.test(path))).toEqual([])
})

test('the repository around a writable root', async () => {
  const site = makeSite({ ...repository('.git', '[core]\nhooksPath = ws/hooks\n'), 'ws/hooks/x': '' })
  expect(accessOf(await resolveRules(site), join(site.ws, 'hooks/x'))).toBe('read')
})

test('a worktree: the common configuration is relative to its own top', async () => {
  const site = makeSite({ 'main/.husky/x': '' })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=e', ...args], {
      cwd: join(site.top, 'main'),
      stdio: 'pipe',
    })
  git('init', '-q')
  git('config', 'core.hooksPath', '.husky')
  git('add', '.')
  git('commit', '-q', '--no-verify', '-m', 'x')
  git('worktree', 'add', '-q', join(site.ws, 'wt'))
  expect(accessOf(await resolveRules(site), join(site.ws, 'wt/.husky/x'))).toBe('read')
  const context = { ...site.context, cwd: join(site.ws, 'wt') }
  const inside = await resolvePolicy({ filesystem: { ':cwd': 'write' } }, context)
  expect(accessOf(inside, join(site.ws, 'wt/.husky/x'))).toBe('read')
})

test('links: the target is protected, and a warning names the link', async () => {
  const site = makeSite({
    ...repository('ws/.git', '[core]\nhooksPath = link/hooks\n[include]\npath = ../dangling\n'),
    'ws/real/hooks/x': '',
    'ws/link@': 'real',
    'ws/dangling@': 'nowhere',
  })
  const resolved = await resolveRules(site)
  expect(accessOf(resolved, join(site.ws, 'real/hooks/x'))).toBe('read')
  expect(accessOf(resolved, join(site.ws, 'nowhere'))).toBe('read')
  expect(resolved.warnings).toContainEqual(expect.stringContaining('ws/link is a symbolic link'))
})

test.each([
  ['malformed', '[core\nhooksPath = "x\n\0\\', 0],
  ['cyclic', '[include]\npath = config\npath = ../.git/config\n', 0],
  ['without value', '[core]\nhooksPath\nhooksPath =\n[include]\npath\n', 0],
  ['longer than is read', `#${'x'.repeat(300_000)}`, 1],
  ['not valid UTF-8', '[core]\nhooksPath = \uFFFD\n', 1],
  ['of an unknown home', '[core]\nhooksPath = ~nobody/x\n', 1],
  ['through a file', '[core]\nhooksPath = file/hooks\n', 0],
])('a configuration that is %s never keeps a policy from resolving', async (_, config, warnings) => {
  const site = makeSite({ ...repository('ws/a/.git', config), 'ws/a/file': '' })
  const resolved = await resolveRules(site)
  expect(resolved.warnings).toHaveLength(warnings)
  expect(accessOf(resolved, join(site.ws, 'a/.git/config'))).toBe('read')
  expect(accessOf(resolved, join(site.ws, 'a/other'))).toBe('write')
})
