/**
 * Directories nested deeper than PATH_MAX: what works with absolute paths cannot name them, and a scan that gives up
 * leaves repositories unprotected (glibc getcwd CVE-2018-1000001).
 * Seen failing without: the case of ENAMETOOLONG in protectNestedGit(): no sandbox starts.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { inside, onHost } from './support/probes.js'
import { protectedWorkspace } from './support/workspaces.js'

const DEEP = '40'

/** Not below the temporary directories, which other tests have as writable roots. Node cannot remove such a tree. */
function deepDirectory(): string {
  const directory = mkdtempSync(join(realpathSync(homedir()), '.ringfence-deep-'))
  onTestFinished(() => void execFileSync('rm', ['-rf', directory]))
  return directory
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('a command goes deeper than PATH_MAX, and the fence holds there', async () => {
    const work = deepDirectory()
    const { sandbox, outside } = await openWorkspace(backend, { filesystem: { [work]: 'write' } })
    expect(await inside(sandbox, 'deep', ['make', work, DEEP])).toBe('allowed')
    expect(await inside(sandbox, 'deep', ['climb', work, DEEP, `${outside}/file`])).toBe('denied')
    expect(await inside(sandbox, 'deep', ['climb', work, DEEP, `${work}/file`])).toBe('allowed')
  })

  test('a cwd that is too long is an error, not another directory', async () => {
    const { sandbox } = await openWorkspace(backend)
    const cwd = `/${'x'.repeat(200)}`.repeat(30)
    await expect(sandbox.exec('pwd', { cwd })).rejects.toMatchObject({ stage: 'linux.command.chdir', errno: 36 })
    await expect(sandbox.exec(cwd)).rejects.toMatchObject({ errno: 36 })
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('a repository too deep for any path is of no use to git either, and is told of', async () => {
    const { work, open } = protectedWorkspace(backend, deepDirectory())
    expect(onHost('deep', ['repository', work, DEEP])).toBe('allowed')
    expect(onHost('deep', ['git', work, DEEP])).toBe('denied')
    const sandbox = await open()
    expect(sandbox.warnings).toContainEqual(expect.stringContaining('too long'))
    // Control: one that git can use is protected.
    expect(onHost('deep', ['repository', work, '10'])).toBe('allowed')
    expect(onHost('deep', ['git', work, '10'])).toBe('allowed')
    expect(await inside(await open(), 'deep', ['hook', work, '10'])).toBe('denied')
    expect(onHost('deep', ['hook', work, '10'])).toBe('allowed')
  })
})
