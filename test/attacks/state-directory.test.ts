/**
 * The state of ringfence itself: whoever can write it decides what a denied path shows and which directories are removed
 * from the host (codex #35718, corrupted state).
 * Seen failing without: the `mask` steps.
 */
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { temporaryDirectory } from '../support/sandboxes.js'
import { inside } from './support/probes.js'
import { protectedWorkspace } from './support/workspaces.js'

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test.each(['readable', 'writable'])('it can be neither read nor written in a %s tree', async (tree) => {
    const { work, open } = protectedWorkspace(backend)
    const stateDirectory = join(tree === 'writable' ? work : temporaryDirectory(), 'state')
    const sandbox = await open({}, { stateDirectory })
    const held = sandbox.spawn('sleep', ['60'])
    await once(held, 'spawn')
    // Control: there is something to read.
    expect(readdirSync(join(stateDirectory, 'stubs')).length).toBeGreaterThan(0)
    for (const path of ['', 'stubs', 'masks', 'masks/dir']) {
      for (const action of ['list', 'create', 'mkdir']) {
        const target = action === 'list' ? path : join(path, 'new')
        expect(await inside(sandbox, 'files', [action, join(stateDirectory, target)]), `${action} ${path}`).toBe(
          'denied',
        )
      }
    }
    for (const name of readdirSync(join(stateDirectory, 'stubs'))) {
      for (const action of ['read', 'write', 'unlink', 'truncate', 'stat']) {
        expect(await inside(sandbox, 'files', [action, join(stateDirectory, 'stubs', name)])).toBe('denied')
      }
    }
    for (const [action, ...paths] of [
      ['rename', stateDirectory, join(work, 'moved')],
      ['rmdir', stateDirectory],
      ['chmod', stateDirectory],
      ['chmod', join(stateDirectory, 'masks/dir')],
    ] as const) {
      expect(await inside(sandbox, 'files', [action, ...paths]), action).toBe('denied')
    }
    held.kill('SIGKILL')
    await once(held, 'close')
    await sandbox.close()
    expect(existsSync(join(stateDirectory, 'masks/dir'))).toBe(true)
  })

  test('what stands in for hidden paths cannot be opened or filled through them', async () => {
    const { work, open } = protectedWorkspace(backend)
    const hidden = temporaryDirectory()
    const sandbox = await open({ filesystem: { [hidden]: 'none' } }, { stateDirectory: join(work, 'state') })
    for (const action of ['chmod', 'touch', 'setxattr']) {
      expect(await inside(sandbox, 'files', [action, hidden]), action).toBe('denied')
    }
    expect(await inside(sandbox, 'files', ['create', join(hidden, 'new')])).toBe('denied')
    expect(await inside(sandbox, 'files', ['chmod', work])).toBe('allowed')
  })
})
