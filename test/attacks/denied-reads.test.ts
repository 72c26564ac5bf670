/**
 * Every way to the content of a denied file or directory but its plain path: links, other names of the same directory,
 * listings, a reopened child and what is next to it (codex #36852, #39944, deny globs #22179; srt denyRead/allowRead).
 * Seen failing without: the `mask` steps; HideButSearchable() for the reopened child.
 */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace, temporaryDirectory } from '../support/sandboxes.js'
import { inside } from './support/probes.js'
import { writeFiles } from './support/workspaces.js'

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('a denied file', async () => {
    const tree = temporaryDirectory()
    writeFiles(tree, { secret: 's', twin: 't', 'sub/.env': 's', 'sub/env': 't' })
    const { sandbox, work } = await openWorkspace(backend, {
      filesystem: { [join(tree, 'secret')]: 'none', [`${tree}/**/.env`]: 'none' },
    })
    symlinkSync(join(tree, 'secret'), join(work, 'link'))
    symlinkSync(tree, join(work, 'directory'))
    const ways = [
      `${tree}/secret`,
      `${work}/link`,
      `${work}/directory/secret`,
      `${tree}/sub/../secret`,
      `${tree}/sub/.env`,
      `/dev/fd/../../..${tree}/secret`,
    ]
    for (const way of ways) {
      expect(await inside(sandbox, 'files', ['read', way]), way).toMatch(/^(denied|not found)$/)
    }
    for (const action of ['open-for-writing', 'chmod', 'truncate', 'unlink']) {
      expect(await inside(sandbox, 'files', [action, `${tree}/secret`]), action).toBe('denied')
    }
    for (const way of [`${tree}/twin`, `${work}/directory/twin`, `${tree}/sub/env`]) {
      expect(await inside(sandbox, 'files', ['read', way]), way).toBe('allowed')
    }
  })

  test('a denied directory shows neither names nor content', async () => {
    const tree = temporaryDirectory()
    writeFiles(tree, { 'hidden/file': 's', 'hidden/sub/file': 's', 'shown/file': 't' })
    const { sandbox } = await openWorkspace(backend, { filesystem: { [join(tree, 'hidden')]: 'none' } })
    const hidden = join(tree, 'hidden')
    for (const [action, path] of [
      ['list', ''],
      ['enter', ''],
      ['read', 'file'],
      ['stat', 'file'],
      ['list', 'sub'],
      ['create', 'new'],
      ['mkdir', 'new'],
    ] as const) {
      expect(await inside(sandbox, 'files', [action, join(hidden, path)]), `${action} ${path}`).toBe('denied')
    }
    expect(await inside(sandbox, 'files', ['list', join(tree, 'shown')])).toBe('allowed')
  })

  test('a child that is shown again shows nothing else of a denied directory', async () => {
    const tree = temporaryDirectory()
    writeFiles(tree, {
      'hidden/open/file': 't',
      'hidden/file': 's',
      'hidden/other/file': 's',
      'hidden/deep/er/open/file': 't',
    })
    const hidden = join(tree, 'hidden')
    const { sandbox } = await openWorkspace(backend, {
      filesystem: { [hidden]: 'none', [join(hidden, 'open')]: 'write', [join(hidden, 'deep/er/open')]: 'read' },
    })
    for (const [action, path] of [
      ['list', ''],
      ['create', 'new'],
      ['mkdir', 'new'],
      ['list', 'deep'],
      ['list', 'open/..'],
      ['list', 'deep/er'],
      ['create', 'deep/new'],
      ['create', 'deep/er/open/new'],
    ] as const) {
      expect(await inside(sandbox, 'files', [action, join(hidden, path)]), `${action} ${path}`).toBe('denied')
    }
    for (const path of ['file', 'other', 'other/file', 'open/../file', 'open/../other/file']) {
      const verdict = await inside(sandbox, 'files', ['read', `${hidden}/${path}`])
      expect(verdict, path).toMatch(/^(denied|not found)$/)
    }
    expect(await inside(sandbox, 'files', ['rename', join(hidden, 'open'), join(hidden, 'moved')])).toBe('denied')
    for (const [action, path] of [
      ['read', 'open/file'],
      ['create', 'open/new'],
      ['read', 'deep/er/open/file'],
      ['list', 'open'],
    ] as const) {
      expect(await inside(sandbox, 'files', [action, join(hidden, path)]), `${action} ${path}`).toBe('allowed')
    }
  })

  test('a directory with two names is denied under both when a link leads to it', async () => {
    const tree = temporaryDirectory()
    writeFiles(tree, { 'real/file': 's' })
    symlinkSync('real', join(tree, 'name'))
    mkdirSync(join(tree, 'free'))
    const { sandbox } = await openWorkspace(backend, { filesystem: { [join(tree, 'name')]: 'none' } })
    for (const name of ['real', 'name']) {
      expect(await inside(sandbox, 'files', ['read', join(tree, name, 'file')]), name).toBe('denied')
    }
    expect(await inside(sandbox, 'files', ['list', join(tree, 'free')])).toBe('allowed')
  })
})
