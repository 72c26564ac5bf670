/**
 * A second name for a file that may not be written or read (link(2) asks for no right on the content).
 * A link that the host made before is the file itself under a name that the policy opens: it stays open, as the name says.
 * Seen failing without: the `mask` steps.
 */
import { linkSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { inside } from './support/probes.js'
import { protectedWorkspace, writeFiles } from './support/workspaces.js'

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('a file outside of the writable roots cannot be linked into one', async () => {
    const { sandbox, work, outside } = await openWorkspace(backend)
    writeFileSync(join(outside, 'file'), 'kept')
    writeFileSync(join(work, 'own'), 'own')
    expect(await inside(sandbox, 'files', ['link', join(outside, 'file'), join(work, 'alias')])).toBe('denied')
    expect(await inside(sandbox, 'files', ['link', join(work, 'own'), join(outside, 'alias')])).toBe('denied')
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('kept')
    // Control: within the root.
    expect(await inside(sandbox, 'files', ['link', join(work, 'own'), join(work, 'alias')])).toBe('allowed')
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('a denied file in a writable root cannot be linked to a name that can be read', async () => {
    const { work, open } = protectedWorkspace(backend)
    writeFiles(work, { secret: 's', '.env': 's', own: 'o' })
    const sandbox = await open({ filesystem: { [join(work, 'secret')]: 'none', '**/.env': 'none' } })
    for (const name of ['secret', '.env']) {
      for (const action of ['link', 'rename']) {
        expect(await inside(sandbox, 'files', [action, join(work, name), join(work, 'alias')]), name).toBe('denied')
      }
      expect(await inside(sandbox, 'files', ['read', join(work, name)])).toBe('denied')
    }
    expect(await inside(sandbox, 'files', ['link', join(work, 'own'), join(work, 'alias')])).toBe('allowed')
  })

  test('the known limit: a link that was there before is a name of its own', async () => {
    const { work, open } = protectedWorkspace(backend)
    writeFiles(work, { secret: 's' })
    linkSync(join(work, 'secret'), join(work, 'alias'))
    const sandbox = await open({ filesystem: { [join(work, 'secret')]: 'none' } })
    expect(await inside(sandbox, 'files', ['read', join(work, 'secret')])).toBe('denied')
    expect(await inside(sandbox, 'files', ['read', join(work, 'alias')])).toBe('allowed')
  })
})
