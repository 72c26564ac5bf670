/**
 * Code that the user's own git runs later, outside of the sandbox: hooks and configuration of nested repositories, of
 * worktrees and submodules, and wherever core.hooksPath points to (codex #37081, cplt #212, PostHog PR 87021,
 * koda #1088, claude-code #17374).
 * Seen failing without: the scan of protectNestedRepositories(), the `stub` steps, protectPointed() (submodules).
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { temporaryDirectory } from '../support/sandboxes.js'
import { inside } from './support/probes.js'
import { git, protectedWorkspace } from './support/workspaces.js'

function makeRepository(path: string): string {
  mkdirSync(path, { recursive: true })
  git(path, 'init', '--quiet')
  writeFileSync(join(path, 'file'), '')
  git(path, 'add', '.')
  git(path, 'commit', '--quiet', '-m', 'one')
  return path
}

/** The ways to have git run something, by writing below a git directory. */
const waysIn = (gitDirectory: string): string[][] => [
  ['create', join(gitDirectory, 'hooks/pre-commit')],
  ['write', join(gitDirectory, 'config')],
  ['rename', join(gitDirectory, 'HEAD'), join(gitDirectory, 'config')],
  ['rename', join(gitDirectory, 'hooks'), join(gitDirectory, 'was')],
  ['unlink', join(gitDirectory, 'config')],
]

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('hooks and configuration of nested repositories, however deep', async () => {
    const { work, open } = protectedWorkspace(backend)
    const repositories = ['a', 'b/c', 'd/e/f/g/h', 'node_modules/x'].map((path) => makeRepository(join(work, path)))
    const sandbox = await open()
    for (const repository of repositories) {
      for (const way of waysIn(join(repository, '.git'))) {
        expect(await inside(sandbox, 'files', way), way.join(' ')).toBe('denied')
      }
      // Control: the rest of a nested repository is the command's.
      expect(await inside(sandbox, 'files', ['create', join(repository, '.git/refs/heads/new')])).toBe('allowed')
      expect(await inside(sandbox, 'files', ['write', join(repository, 'file')])).toBe('allowed')
    }
  })

  test('without hooks and config, they cannot be made', async () => {
    const { work, open } = protectedWorkspace(backend)
    const bare = join(work, 'nested/.git')
    for (const name of ['objects', 'refs']) mkdirSync(join(bare, name), { recursive: true })
    writeFileSync(join(bare, 'HEAD'), 'ref: refs/heads/main\n')
    const sandbox = await open()
    for (const name of ['hooks', 'config']) {
      expect(await inside(sandbox, 'files', ['create', join(bare, name, 'x')])).toBe('denied')
      expect(await inside(sandbox, 'files', ['create', join(bare, name)])).toBe('denied')
    }
    await sandbox.close()
    expect(existsSync(join(bare, 'hooks'))).toBe(false)
  })

  test.each(['the workspace itself', 'a directory of it'])(
    'a worktree, %s, whose repository is writable too',
    async (where) => {
      const elsewhere = temporaryDirectory()
      const repository = makeRepository(join(elsewhere, 'repository'))
      const { work, open } = protectedWorkspace(backend)
      const tree = where === 'the workspace itself' ? join(work, 'tree') : join(work, 'sub/tree')
      git(repository, 'worktree', 'add', '--quiet', tree)
      const sandbox = await open({ filesystem: { [elsewhere]: 'write', [tree]: 'write' } })
      for (const way of waysIn(join(repository, '.git'))) {
        expect(await inside(sandbox, 'files', way), way.join(' ')).toBe('denied')
      }
      // The pointer itself must not be turned to a repository that the command made.
      expect(await inside(sandbox, 'files', ['write', join(tree, '.git')])).toBe('denied')
      expect(await inside(sandbox, 'files', ['rename', join(tree, 'file'), join(tree, '.git')])).toBe('denied')
      expect(await inside(sandbox, 'files', ['write', join(repository, 'file')])).toBe('allowed')
    },
  )

  test('a submodule', async () => {
    const source = makeRepository(temporaryDirectory())
    const { work, open } = protectedWorkspace(backend)
    const parent = makeRepository(join(work, 'parent'))
    git(parent, 'submodule', '--quiet', 'add', source, 'sub')
    const sandbox = await open()
    for (const way of waysIn(join(parent, '.git/modules/sub'))) {
      expect(await inside(sandbox, 'files', way), way.join(' ')).toBe('denied')
    }
    expect(await inside(sandbox, 'files', ['write', join(parent, 'sub/.git')])).toBe('denied')
    expect(await inside(sandbox, 'files', ['write', join(parent, 'sub/file')])).toBe('allowed')
  })

  test.each(['nested', '.'])('hooks that core.hooksPath keeps in the work tree, repository %s', async (place) => {
    const { work, open } = protectedWorkspace(backend)
    const repository = makeRepository(join(work, place))
    git(repository, 'config', 'core.hooksPath', '.husky')
    mkdirSync(join(repository, '.husky'))
    writeFileSync(join(repository, '.husky/pre-commit'), '#!/bin/sh\n')
    const sandbox = await open()
    expect(await inside(sandbox, 'files', ['write', join(repository, '.husky/pre-commit')])).toBe('denied')
    expect(await inside(sandbox, 'files', ['create', join(repository, '.husky/post-checkout')])).toBe('denied')
    expect(await inside(sandbox, 'files', ['create', join(repository, 'other')])).toBe('allowed')
  })

  test('a configuration that another one includes from the work tree', async () => {
    const { work, open } = protectedWorkspace(backend)
    const repository = makeRepository(join(work, 'nested'))
    git(repository, 'config', 'include.path', '../.gitconfig')
    writeFileSync(join(repository, '.gitconfig'), '')
    const sandbox = await open()
    expect(await inside(sandbox, 'files', ['write', join(repository, '.gitconfig')])).toBe('denied')
  })
})
