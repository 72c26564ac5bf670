/**
 * A protected path that does not exist yet is made by the command (claude-code #83497,
 * PostHog PR 87021).
 * Seen failing without: the `stub` steps.
 */
import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { inside } from './support/probes.js'
import { protectedWorkspace } from './support/workspaces.js'

const PROTECTED = ['.git', '.codex', '.claude', '.agents', '.vscode', '.idea', '.mcp.json']

/** Every way to make a name. */
function waysToMake(work: string, place: string): string[][] {
  return [
    ['mkdir', place],
    ['create', place],
    ['mkfifo', place],
    ['symlink', '/tmp', place],
    ['link', join(work, 'file'), place],
    ['rename', join(work, 'file'), place],
    ['rename', join(work, 'directory'), place],
    ['exchange', join(work, 'directory'), place],
    ['mkdir', join(place, 'below')],
    ['create', join(place, 'below')],
    ['rename', join(work, 'file'), join(place, 'below')],
  ]
}

function makeMaterial(work: string): void {
  mkdirSync(join(work, 'directory'), { recursive: true })
  writeFileSync(join(work, 'file'), '')
}

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test.each(PROTECTED)('%s cannot be made in any way', async (name) => {
    const { work, open } = protectedWorkspace(backend)
    makeMaterial(work)
    const sandbox = await open()
    const place = join(work, name)
    for (const way of waysToMake(work, place)) {
      expect(await inside(sandbox, 'files', way), way.join(' ')).toBe('denied')
    }
    for (const way of [
      ['rmdir', place],
      ['rename', place, join(work, 'away')],
      ['chmod', place],
      ['touch', place],
    ]) {
      expect(await inside(sandbox, 'files', way), way.join(' ')).toBe('denied')
    }
    await sandbox.close()
    expect(readdirSync(work).sort()).toEqual(['directory', 'file'])
  })

  test('any other name can be made in all of these ways', async () => {
    const { work, open } = protectedWorkspace(backend)
    makeMaterial(work)
    const sandbox = await open()
    for (const [index, way] of waysToMake(work, join(work, 'unprotected')).slice(0, 5).entries()) {
      const place = join(work, `unprotected${index}`)
      const [action = '', ...paths] = way
      expect(await inside(sandbox, 'files', [action, ...paths.slice(0, -1), place]), way.join(' ')).toBe('allowed')
      expect(lstatSync(place)).toBeDefined()
    }
  })

  test('a missing rule of the user holds as well, also for denied paths', async () => {
    const { work, open } = protectedWorkspace(backend)
    makeMaterial(work)
    const sandbox = await open({ filesystem: { [join(work, 'secret')]: 'none', [join(work, 'kept')]: 'read' } })
    for (const name of ['secret', 'kept']) {
      for (const way of waysToMake(work, join(work, name))) {
        expect(await inside(sandbox, 'files', way), way.join(' ')).toBe('denied')
      }
      expect(existsSync(join(work, name, 'below'))).toBe(false)
    }
  })
})
