/**
 * The parent of a protected path is moved away and made anew without the protection (codex #37081).
 * Seen failing without: the `pin` steps.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { inside } from './support/probes.js'
import { git, protectedWorkspace } from './support/workspaces.js'

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('no directory above the hooks of a nested repository can be moved', async () => {
    const { work, open } = protectedWorkspace(backend)
    const repository = join(work, 'a/b/repository')
    for (const directory of [repository, join(work, 'free/b')]) mkdirSync(directory, { recursive: true })
    git(repository, 'init', '--quiet')
    const sandbox = await open()
    for (const directory of [
      join(repository, '.git/hooks'),
      join(repository, '.git'),
      repository,
      join(work, 'a/b'),
      join(work, 'a'),
    ]) {
      for (const action of ['rename', 'exchange']) {
        expect(await inside(sandbox, 'files', [action, directory, join(work, 'free/b')]), directory).toBe('denied')
      }
      expect(await inside(sandbox, 'files', ['rename', directory, join(work, 'moved')]), directory).toBe('denied')
      expect(existsSync(directory)).toBe(true)
    }
    // Control: a directory with nothing protected in it.
    expect(await inside(sandbox, 'files', ['rename', join(work, 'free'), join(work, 'moved')])).toBe('allowed')
    expect(existsSync(join(work, 'moved/b'))).toBe(true)
  })

  test('no directory above a denied or a read-only file can be moved or removed', async () => {
    const { work, open } = protectedWorkspace(backend)
    for (const name of ['denied', 'kept', 'free']) {
      mkdirSync(join(work, name, 'deep'), { recursive: true })
      writeFileSync(join(work, name, 'deep/file'), 's')
    }
    const sandbox = await open({
      filesystem: { [join(work, 'denied/deep/file')]: 'none', [join(work, 'kept/deep/file')]: 'read' },
    })
    for (const name of ['denied', 'kept']) {
      expect(await inside(sandbox, 'files', ['rename', join(work, name), join(work, 'moved')])).toBe('denied')
      expect(await inside(sandbox, 'files', ['rename', join(work, name, 'deep'), join(work, 'moved')])).toBe('denied')
      expect(await inside(sandbox, 'files', ['rmdir', join(work, name, 'deep')])).toBe('denied')
    }
    expect(await inside(sandbox, 'files', ['rename', join(work, 'free'), join(work, 'moved')])).toBe('allowed')
  })
})
