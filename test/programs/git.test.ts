/** git in the default fence: reading always, committing where `.git` is opened by name, hooks and config never. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BackendName, Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { defaultFence, homeDirectory, onHost, run } from './support/project.js'

/** Without what the user and the machine have configured. */
const GIT = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@b',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@b',
}

const hostGit = (cwd: string, ...args: string[]) =>
  onHost(cwd, 'git', ['-c', 'protocol.file.allow=always', ...args], GIT)

/** With one commit, and one change since. */
function makeRepository(path: string): string {
  mkdirSync(path, { recursive: true })
  hostGit(path, 'init', '--quiet', '--initial-branch', 'main')
  writeFileSync(join(path, 'file'), 'one\n')
  hostGit(path, 'add', '.')
  hostGit(path, 'commit', '--quiet', '--message', 'first')
  writeFileSync(join(path, 'file'), 'two\n')
  return path
}

function fence(backend: BackendName, cwd: string, opened: boolean): Promise<Sandbox> {
  return defaultFence(backend, cwd, {
    environment: { set: GIT },
    ...(opened && { filesystem: { '.git': 'write' } }),
  })
}

async function expectReadable(sandbox: Sandbox): Promise<void> {
  expect(await run(sandbox, 'git', ['status', '--short'])).toBe(' M file\n')
  expect(await run(sandbox, 'git', ['diff'])).toContain('-one\n+two\n')
  expect(await run(sandbox, 'git', ['log', '--format=%s'])).toBe('first\n')
  expect(await run(sandbox, 'git', ['show', 'HEAD:file'])).toBe('one\n')
}

async function expectRefused(sandbox: Sandbox, script: string): Promise<void> {
  const { exitCode, stderr } = await sandbox.exec('sh', ['-c', script])
  expect({ script, exitCode, stderr }).toMatchObject({ stderr: expect.stringMatching(/Read-only|denied|busy/i) })
  expect(exitCode).not.toBe(0)
}

/** What git would run, or obey, outside of the fence later. */
async function expectNothingPlanted(sandbox: Sandbox, gitDirectory: string): Promise<void> {
  const config = readFileSync(join(gitDirectory, 'config'), 'utf8')
  await expectRefused(sandbox, `echo exit > '${gitDirectory}/hooks/pre-commit'`)
  await expectRefused(sandbox, `git --git-dir='${gitDirectory}' config core.fsmonitor evil`)
  expect(existsSync(join(gitDirectory, 'hooks/pre-commit'))).toBe(false)
  expect(readFileSync(join(gitDirectory, 'config'), 'utf8')).toBe(config)
}

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('reading works, a commit is refused', async () => {
    const work = makeRepository(homeDirectory())
    const sandbox = await fence(backend, work, false)
    await expectReadable(sandbox)
    await expectRefused(sandbox, 'git commit --quiet --all --message second')
    await expectNothingPlanted(sandbox, join(work, '.git'))
    expect(hostGit(work, 'log', '--format=%s')).toBe('first\n')
  })

  test('with .git opened by name a day of work goes well', { timeout: 60_000 }, async () => {
    const work = makeRepository(homeDirectory())
    const sandbox = await fence(backend, work, true)
    await expectReadable(sandbox)
    const day = `set -e
      git commit --quiet --all --message second
      git checkout --quiet -b topic
      echo new > new && git add new && git commit --quiet --message third
      git checkout --quiet main && echo more >> file && git commit --quiet --all --message fourth
      git merge --quiet --no-edit topic && git tag v1
      git checkout --quiet topic && git rebase --quiet main
      echo left >> file && git stash --quiet && git stash pop --quiet && git checkout --quiet file
      git reset --quiet --hard main && git gc --quiet && git fsck --strict`
    await run(sandbox, 'sh', ['-c', day])
    expect(hostGit(work, 'log', '--format=%s', '--no-merges', '--topo-order').split('\n').sort()).toEqual([
      '',
      'first',
      'fourth',
      'second',
      'third',
    ])
    expect(hostGit(work, 'status', '--short')).toBe('')
    await expectNothingPlanted(sandbox, join(work, '.git'))
  })

  test('a repository that the command makes itself is its own', async () => {
    const work = makeRepository(homeDirectory())
    const sandbox = await fence(backend, work, false)
    await run(sandbox, 'git', ['clone', '--quiet', '.', 'copy'])
    await run(sandbox, 'git', ['-C', 'copy', 'commit', '--quiet', '--allow-empty', '--message', 'second'])
    await run(sandbox, 'sh', ['-c', 'git init --quiet new && git -C new config user.name b && echo > new/.git/hooks/x'])
    expect(hostGit(join(work, 'copy'), 'log', '--format=%s')).toBe('second\nfirst\n')
  })

  test.each([false, true])('a linked worktree, its .git opened: %s', async (opened) => {
    const directory = homeDirectory()
    const main = makeRepository(join(directory, 'main'))
    const tree = join(directory, 'tree')
    hostGit(main, 'worktree', 'add', '--quiet', '-b', 'topic', tree)
    writeFileSync(join(tree, 'file'), 'two\n')
    const sandbox = await fence(backend, tree, opened)
    await expectReadable(sandbox)
    const commit = 'git commit --quiet --all --message second'
    if (opened) await run(sandbox, 'sh', ['-c', commit])
    else await expectRefused(sandbox, commit)
    expect(hostGit(tree, 'log', '--format=%s')).toBe(opened ? 'second\nfirst\n' : 'first\n')
    await expectNothingPlanted(sandbox, join(main, '.git'))
    // The other tree is no part of the workspace.
    await expectRefused(sandbox, `echo x > '${main}/file'`)
  })

  test.each([false, true])('a submodule, .git opened: %s', async (opened) => {
    const directory = homeDirectory()
    const library = makeRepository(join(directory, 'library'))
    const work = makeRepository(join(directory, 'work'))
    hostGit(work, 'submodule', '--quiet', 'add', library, 'sub')
    hostGit(work, 'commit', '--quiet', '--message', 'with sub')
    writeFileSync(join(work, 'sub/file'), 'two\n')
    const sandbox = await fence(backend, work, opened)
    expect(await run(sandbox, 'git', ['submodule', 'status'])).toMatch(/^ [0-9a-f]{40} sub/)
    expect(await run(sandbox, 'git', ['-C', 'sub', 'diff'])).toContain('+two')
    const commit = 'git -C sub commit --quiet --all --message second && git commit --quiet --all --message third'
    if (opened) await run(sandbox, 'sh', ['-c', commit])
    else await expectRefused(sandbox, commit)
    expect(hostGit(join(work, 'sub'), 'log', '--format=%s')).toBe(opened ? 'second\nfirst\n' : 'first\n')
    await expectNothingPlanted(sandbox, join(work, '.git'))
    await expectNothingPlanted(sandbox, join(work, '.git/modules/sub'))
  })
})
