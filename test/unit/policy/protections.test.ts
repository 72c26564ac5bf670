import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SandboxError } from '../../../lib/errors.js'
import { accessOf } from '../../../lib/policy/access.js'
import { PROTECTED_NAMES, SHELL_STARTUP_FILES } from '../../../lib/policy/protected.js'
import { type ResolveScan, resolvePolicy } from '../../../lib/policy/resolve.js'
import type { Policy, ResolvedPolicy } from '../../../lib/policy/types.js'
import { grow, makeSite, type Site, type Tree, table } from './support.js'

const REPOSITORY: Tree = { HEAD: 'ref: refs/heads/main\n', 'objects/': '', 'refs/': '', 'hooks/': '', config: '' }

function at(prefix: string, tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [`${prefix}/${name}`, value]))
}

function resolveRules(site: Site, filesystem: Policy['filesystem'] = {}, more: Partial<Policy> = {}) {
  return resolvePolicy({ filesystem: { ':cwd': 'write', ...filesystem }, ...more }, site.context)
}

function git(cwd: string, ...args: string[]): void {
  const identity = ['-c', 'user.name=n', '-c', 'user.email=e', '-c', 'protocol.file.allow=always']
  execFileSync('git', [...identity, ...args], { cwd, stdio: 'pipe' })
}

describe('protected names', () => {
  test('are read-only under a writable root, there or not', async () => {
    const site = makeSite({ 'ws/.vscode/x': '', 'ws/.mcp.json': '{}', ...at('ws/.git', REPOSITORY) })
    const resolved = await resolveRules(site)
    for (const name of PROTECTED_NAMES) expect(accessOf(resolved, join(site.ws, name, 'x'))).toBe('read')
    const types = Object.fromEntries(resolved.rules.map((rule) => [rule.path.slice(site.ws.length + 1), rule.type]))
    expect(types).toMatchObject({ '.git': 'directory', '.mcp.json': 'file', '.codex': 'missing' })
    expect(accessOf(resolved, join(site.ws, '.gitignore'))).toBe('write')
  })

  test('under every writable root, also one that is reopened below a read-only path', async () => {
    const site = makeSite({ 'ws/docs/tmp/': '', 'other/.git/': '' })
    const resolved = await resolveRules(site, { './docs': 'read', './docs/tmp': 'write', '../other': 'write' })
    for (const root of ['ws', 'ws/docs/tmp', 'other']) {
      expect(accessOf(resolved, join(site.top, root, '.git'))).toBe('read')
      expect(accessOf(resolved, join(site.top, root, '.codex'))).toBe('read')
    }
  })

  test('a rule of the user at a name removes that protection only', async () => {
    const site = makeSite({ 'ws/.codex/': '', 'ws/.claude/': '', 'ws/.idea/x': '' })
    const resolved = await resolveRules(site, { './.codex': 'write', './.claude': 'none', './.agents': 'write' })
    expect(accessOf(resolved, join(site.ws, '.codex/x'))).toBe('write')
    expect(accessOf(resolved, join(site.ws, '.agents/x'))).toBe('write')
    expect(accessOf(resolved, join(site.ws, '.claude/x'))).toBe('none')
    expect(accessOf(resolved, join(site.ws, '.idea/x'))).toBe('read')
    expect(accessOf(resolved, join(site.ws, '.git'))).toBe('read')
  })

  test('a deeper rule of the user opens below a protected name', async () => {
    const site = makeSite({ 'ws/.claude/worktrees/a/': '' })
    const resolved = await resolveRules(site, { './.claude/worktrees/a': 'write' })
    expect(accessOf(resolved, join(site.ws, '.claude/settings.json'))).toBe('read')
    expect(accessOf(resolved, join(site.ws, '.claude/worktrees/a/x'))).toBe('write')
    expect(accessOf(resolved, join(site.ws, '.claude/worktrees/a/.git'))).toBe('read')
  })

  test('a preset’s root at a protected name does not open it', async () => {
    const site = makeSite({ 'ws/.idea/': '' })
    const env = { TMPDIR: join(site.ws, '.idea') }
    const resolved = await resolvePolicy('workspace-write', { ...site.context, env })
    expect(accessOf(resolved, join(site.ws, '.idea/x'))).toBe('read')
  })

  test('off leaves them out', async () => {
    const site = makeSite({ 'ws/.git/': '' })
    const resolved = await resolveRules(site, {}, { protections: { 'protected-paths': 'off' } })
    expect(table(resolved, site.top)).toEqual({ ws: 'write' })
  })

  test('shell start-up files: existing ones anywhere, missing ones in a writable home only', async () => {
    const site = makeSite({ 'ws/.bashrc': '', 'home/.zshrc': '' })
    const cwd = await resolveRules(site)
    expect(accessOf(cwd, join(site.ws, '.bashrc'))).toBe('read')
    expect(accessOf(cwd, join(site.ws, '.profile'))).toBe('write')
    for (const root of ['~', site.top]) {
      const home = await resolvePolicy({ filesystem: { [root]: 'write' } }, site.context)
      for (const name of SHELL_STARTUP_FILES) expect(accessOf(home, join(site.home, name))).toBe('read')
    }
  })

  test('a place where this user can create nothing needs no stub', async ({ skip }) => {
    if (process.geteuid?.() === 0) skip('root can create anywhere; runs as an ordinary user')
    const resolved = await resolvePolicy({ filesystem: { '/usr': 'write' } }, makeSite().context)
    expect(resolved.rules.filter((rule) => rule.type === 'missing')).toEqual([])
  })

  test('but a directory of our own that is read-only for the moment does', async () => {
    const site = makeSite({ 'ws/locked/': '' })
    chmodSync(join(site.ws, 'locked'), 0o555)
    const resolved = await resolvePolicy({ filesystem: { './locked': 'write' } }, site.context)
    expect(accessOf(resolved, join(site.ws, 'locked/.git'))).toBe('read')
  })
})

describe('.git', () => {
  test('opened by name: commits work, hooks and config stay', async () => {
    const site = makeSite(at('ws/.git', REPOSITORY))
    const resolved = await resolveRules(site, { './.git': 'write' })
    expect(accessOf(resolved, join(site.ws, '.git/objects/x'))).toBe('write')
    expect(accessOf(resolved, join(site.ws, '.git/hooks/pre-commit'))).toBe('read')
    expect(accessOf(resolved, join(site.ws, '.git/config'))).toBe('read')
    expect(accessOf(resolved, join(site.ws, '.codex'))).toBe('read')
  })

  test('parts of an opened one are opened by their own name only', async () => {
    const site = makeSite(at('ws/.git', { HEAD: '', 'objects/': '', 'refs/': '', config: '' }))
    const resolved = await resolveRules(site, { './.git': 'write', './.git/config': 'write' })
    expect(accessOf(resolved, join(site.ws, '.git/config'))).toBe('write')
    // Missing hooks are held as well.
    expect(resolved.rules).toContainEqual(
      expect.objectContaining({ path: join(site.ws, '.git/hooks'), access: 'read', type: 'missing' }),
    )
  })

  test('a missing one that is opened may be made', async () => {
    const site = makeSite()
    const resolved = await resolveRules(site, { './.git': 'write' })
    expect(accessOf(resolved, join(site.ws, '.git/hooks/x'))).toBe('write')
  })

  test('parts of a git directory that is opened anywhere stay, bare ones included', async () => {
    const site = makeSite(at('bare', REPOSITORY))
    const resolved = await resolveRules(site, { '../bare': 'write' })
    expect(table(resolved, site.top)).toMatchObject({ bare: 'write', 'bare/hooks': 'read', 'bare/config': 'read' })
    expect(accessOf(resolved, join(site.top, 'bare/.codex'))).toBe('write')
  })
})

describe('linked worktrees and submodules, made by git', () => {
  function worktrees(): Site {
    const site = makeSite({ 'main/x': '1' })
    git(join(site.top, 'main'), 'init', '-q', '-b', 'main')
    git(join(site.top, 'main'), 'commit', '-q', '--allow-empty', '-m', 'x')
    git(join(site.top, 'main'), 'worktree', 'add', '-q', join(site.ws, 'wt'))
    return { ...site, ws: join(site.ws, 'wt'), context: { ...site.context, cwd: join(site.ws, 'wt') } }
  }

  test('the .git file of a worktree protects what it points to, where that can be written', async () => {
    const site = worktrees()
    const resolved = await resolveRules(site, { [join(site.top, 'main/.git')]: 'write' })
    expect(accessOf(resolved, join(site.ws, '.git'))).toBe('read')
    expect(accessOf(resolved, join(site.top, 'main/.git/worktrees/wt/HEAD'))).toBe('read')
    expect(accessOf(resolved, join(site.top, 'main/.git/hooks/x'))).toBe('read')
    expect(accessOf(resolved, join(site.top, 'main/.git/config'))).toBe('read')
    expect(accessOf(resolved, join(site.top, 'main/.git/objects'))).toBe('write')
  })

  test('it adds nothing that the command could not write anyway', async () => {
    const site = worktrees()
    const resolved = await resolveRules(site)
    expect(accessOf(resolved, join(site.top, 'main/.git'))).toBe('none')
  })

  test('opened by name, it opens the repository behind it, without hooks and config', async () => {
    const site = worktrees()
    const resolved = await resolveRules(site, { ':root': 'read', './.git': 'write' })
    for (const path of ['main/.git/objects/x', 'main/.git/refs/x', 'main/.git/worktrees/wt/index']) {
      expect(accessOf(resolved, join(site.top, path))).toBe('write')
    }
    for (const path of ['main/.git/hooks/x', 'main/.git/config', 'main/.git/worktrees/wt/commondir', 'main/x']) {
      expect(accessOf(resolved, join(site.top, path))).toBe('read')
    }
  })

  test.each(['forged', 'forged-common'])(
    'opened by name, a .git file (%s) that nobody confirms opens nothing',
    async (kind) => {
      const site = makeSite(at('victim/.git', REPOSITORY))
      const victim = join(site.top, 'victim/.git')
      if (kind === 'forged') grow(site.ws, { '.git': `gitdir: ${victim}\n` })
      else {
        grow(site.ws, { '.git': 'gitdir: fake\n', 'fake/HEAD': '', 'fake/commondir': `${victim}\n` })
        grow(site.ws, { 'fake/gitdir': `${site.ws}/.git\n` })
      }
      const resolved = await resolveRules(site, { ':root': 'read', './.git': 'write' })
      expect(accessOf(resolved, join(victim, 'objects'))).toBe('read')
      expect(resolved.warnings).toContainEqual(expect.stringContaining('does not point back'))
    },
  )

  test('opened by name, a .git file that is a copy of another worktree’s opens nothing', async () => {
    const site = worktrees()
    const copy = join(site.top, 'copy')
    grow(copy, { '.git': `gitdir: ${site.top}/main/.git/worktrees/wt\n` })
    const filesystem = { ':root': 'read', ':cwd': 'write', './.git': 'write' } as const
    const resolved = await resolvePolicy({ filesystem }, { ...site.context, cwd: copy })
    expect(accessOf(resolved, join(site.top, 'main/.git/objects'))).toBe('read')
  })

  test('a submodule: its .git file and, where .git is opened, its hooks and config stay', async () => {
    const site = makeSite({ 'lib/x': '' })
    git(join(site.top, 'lib'), 'init', '-q')
    git(join(site.top, 'lib'), 'commit', '-q', '--allow-empty', '-m', 'x')
    git(site.ws, 'init', '-q')
    git(site.ws, 'submodule', '--quiet', 'add', join(site.top, 'lib'), 'sub')
    const closed = await resolveRules(site)
    expect(accessOf(closed, join(site.ws, 'sub/.git'))).toBe('read')
    const opened = await resolveRules(site, { './.git': 'write' })
    expect(accessOf(opened, join(site.ws, '.git/modules/sub/objects'))).toBe('write')
    expect(accessOf(opened, join(site.ws, '.git/modules/sub/hooks/x'))).toBe('read')
    expect(accessOf(opened, join(site.ws, '.git/modules/sub/config'))).toBe('read')
    expect(accessOf(opened, join(site.ws, 'sub/.git'))).toBe('read')
    // By the submodule's own name, from inside it.
    const context = { ...site.context, cwd: join(site.ws, 'sub') }
    const inside = await resolvePolicy({ filesystem: { ':cwd': 'write', './.git': 'write' } }, context)
    expect(accessOf(inside, join(site.ws, '.git/modules/sub/objects'))).toBe('write')
    expect(accessOf(inside, join(site.ws, '.git/modules/sub/config'))).toBe('read')
    expect(accessOf(inside, join(site.ws, '.git/objects'))).toBe('none')
  })

  test('a FIFO in place of a .git file does not block', async () => {
    const site = makeSite({ 'ws/sub/': '' })
    execFileSync('mkfifo', [join(site.ws, '.git'), join(site.ws, 'sub/.git')])
    const resolved = await resolveRules(site)
    expect(accessOf(resolved, join(site.ws, '.git'))).toBe('read')
    expect(accessOf(resolved, join(site.ws, 'sub/.git'))).toBe('read')
  })
})

describe('nested repositories', () => {
  test('keep hooks and config at any depth; the rest of them can be written', async () => {
    const site = makeSite({ ...at('ws/a/b/c/.git', REPOSITORY), ...at('ws/.git', REPOSITORY), 'ws/empty/.git/': '' })
    const resolved = await resolveRules(site)
    const nested = join(site.ws, 'a/b/c/.git')
    expect(accessOf(resolved, join(nested, 'hooks/x'))).toBe('read')
    expect(accessOf(resolved, join(nested, 'config'))).toBe('read')
    expect(accessOf(resolved, join(nested, 'index'))).toBe('write')
    expect(accessOf(resolved, join(site.ws, 'empty/.git/hooks'))).toBe('write')
    expect(resolved.scan).toMatchObject({ repositories: 2, complete: true })
    expect(resolved.rules.find((rule) => rule.path === join(nested, 'config'))?.origin.kind).toBe('repository')
  })

  test('in a read-only or denied part nothing is added', async () => {
    const site = makeSite(at('ws/vendor/x/.git', REPOSITORY))
    const resolved = await resolveRules(site, { './vendor': 'read' })
    expect(resolved.rules.filter((rule) => rule.origin.kind === 'repository')).toEqual([])
  })

  test('of a link in place of a nested .git the target is protected', async () => {
    const site = makeSite({ ...at('ws/store/x.git', REPOSITORY), 'ws/a/.git@': '../store/x.git' })
    const resolved = await resolveRules(site)
    expect(accessOf(resolved, join(site.ws, 'store/x.git/hooks'))).toBe('read')
    expect(resolved.warnings).toContainEqual(expect.stringContaining('a/.git is a symbolic link'))
  })

  test('every writable root is scanned, inner ones too, with the limit', async () => {
    const site = makeSite({ 'ws/docs/tmp/': '' })
    const calls: unknown[] = []
    const scan: ResolveScan = async (...call) => {
      calls.push(call)
      return { gitEntries: [], directories: 1, complete: true, unreadable: [], unrepresentable: 0 }
    }
    const filesystem = { ':cwd': 'write', './docs': 'read', './docs/tmp': 'write', '~': 'write' } as const
    await resolvePolicy({ filesystem }, { ...site.context, scan, maxScanDirectories: 77 })
    expect(calls).toEqual([[[site.home, site.ws, join(site.ws, 'docs/tmp')], { maxDirectories: 77 }]])
  })

  const incomplete = { gitEntries: [], directories: 5, complete: false, unreadable: [], unrepresentable: 0 }
  const unnameable = { ...incomplete, complete: true, unrepresentable: 2 }

  test.each([
    ['a limit', incomplete, /limit of 200000 directories/],
    ['names that are not UTF-8', unnameable, /2 repositories .* not valid UTF-8/],
  ])('a scan cut short by %s refuses, warns or is not made, as required', async (_, result, message) => {
    const site = makeSite()
    const attempt = (requirement: 'strict' | 'best-effort' | 'off'): Promise<ResolvedPolicy> =>
      resolvePolicy(
        { filesystem: { ':cwd': 'write' }, protections: { 'nested-repositories': requirement } },
        { ...site.context, scan: async () => result },
      )
    await expect(attempt('strict')).rejects.toMatchObject({
      code: 'SANDBOX_POLICY_UNENFORCEABLE',
      stage: 'policy.scan',
      message: expect.stringMatching(message),
      hint: expect.stringContaining('best-effort'),
    })
    const lenient = await attempt('best-effort')
    expect(lenient.warnings).toEqual([expect.stringMatching(message)])
    expect(lenient.scan.complete).toBe(result.complete)
    expect((await attempt('off')).warnings).toEqual([])
  })

  test('a directory of ours that cannot be searched is kept read-only, one of others is left', async () => {
    const site = makeSite({ 'ws/closed/': '' })
    const unreadable = [
      { path: join(site.ws, 'closed'), errno: constants.errno.EACCES },
      { path: join(site.ws, 'gone'), errno: constants.errno.ENOENT },
    ]
    const scan: ResolveScan = async () => ({ ...unnameable, unrepresentable: 0, unreadable })
    const resolved = await resolvePolicy({ filesystem: { ':cwd': 'write' } }, { ...site.context, scan })
    expect(accessOf(resolved, join(site.ws, 'closed/x'))).toBe('read')
    expect(resolved.warnings).toEqual([expect.stringContaining('closed')])
  })

  test('a failure of the scan carries its numbers', async () => {
    const site = makeSite()
    const cause = Object.assign(new Error('scan'), { stage: 'posix.scan', syscall: 'open', errno: 24, path: site.ws })
    const scan: ResolveScan = () => Promise.reject(cause)
    const error = await resolvePolicy('workspace-write', { ...site.context, scan }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(SandboxError)
    expect(error).toMatchObject({
      code: 'SANDBOX_SETUP_FAILED',
      stage: 'posix.scan',
      syscall: 'open',
      errno: 24,
      cause,
    })
  })

  test('400 nested repositories resolve in a second or two', async () => {
    const site = makeSite()
    for (let index = 0; index < 400; index++) {
      const repository = join(site.ws, `r${index}/.git`)
      mkdirSync(join(repository, 'hooks'), { recursive: true })
      mkdirSync(join(repository, 'objects'))
      mkdirSync(join(repository, 'refs'))
      grow(repository, { HEAD: '', config: '' })
    }
    const before = performance.now()
    const resolved = await resolveRules(site)
    expect(performance.now() - before).toBeLessThan(3_000)
    expect(resolved.rules.filter((rule) => rule.origin.kind === 'repository')).toHaveLength(800)
  })
})
