/**
 * A protected file that exists is changed in place, replaced by another one, or reached by a second name
 * (codex #22044 and #24796 on atomic replace, cplt #212 on git config).
 * Seen failing without: the `stub` steps; for rules of the user the `bind` steps with access read.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { inside } from './support/probes.js'
import { protectedWorkspace, writeFiles } from './support/workspaces.js'

const CONTENT = 'kept'

function waysToChange(work: string, file: string): string[][] {
  return [
    ['write', file],
    ['read-write', file],
    ['truncate', file],
    ['chmod', file],
    ['touch', file],
    ['setxattr', file],
    ['rename', join(work, 'new'), file],
    ['exchange', join(work, 'new'), file],
    ['rename', file, join(work, 'moved')],
    ['unlink', file],
    // A second name would be writable.
    ['link', file, join(work, 'alias')],
  ]
}

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test.each([
    '.mcp.json',
    '.bashrc',
    '.git/config',
    '.git/hooks/pre-commit',
    '.vscode/tasks.json',
    'nested/.git/hooks/x',
  ])('%s stays as it is', async (name) => {
    const { work, open } = protectedWorkspace(backend)
    writeFiles(work, { new: 'evil', [name]: CONTENT })
    if (name.startsWith('nested'))
      writeFiles(work, { 'nested/.git/HEAD': '', 'nested/.git/objects/x': '', 'nested/.git/refs/x': '' })
    const sandbox = await open()
    for (const way of waysToChange(work, join(work, name))) {
      expect(await inside(sandbox, 'files', way), way.join(' ')).toBe('denied')
    }
    expect(readFileSync(join(work, name), 'utf8')).toBe(CONTENT)
    expect(existsSync(join(work, 'alias'))).toBe(false)
  })

  test.each([
    ['a file', 'docs/file'],
    ['its directory', 'docs'],
  ])('a file that the user made read-only by a rule for %s stays as it is', async (_, rule) => {
    const { work, open } = protectedWorkspace(backend)
    writeFiles(work, { new: 'evil', 'docs/file': CONTENT })
    const sandbox = await open({ filesystem: { [join(work, rule)]: 'read' } })
    for (const way of waysToChange(work, join(work, 'docs/file'))) {
      expect(await inside(sandbox, 'files', way), way.join(' ')).toBe('denied')
    }
    expect(readFileSync(join(work, 'docs/file'), 'utf8')).toBe(CONTENT)
  })

  test('an ordinary file can be changed in all of these ways', async () => {
    const { work, open } = protectedWorkspace(backend)
    const sandbox = await open()
    for (const [index, way] of waysToChange(work, '').entries()) {
      const file = join(work, `file${index}`)
      writeFiles(work, { new: 'evil', [`file${index}`]: CONTENT })
      const args = way.map((word) => (word === '' ? file : word))
      expect(await inside(sandbox, 'files', args), args.join(' ')).toBe('allowed')
    }
  })
})
