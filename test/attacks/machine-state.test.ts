/**
 * State of the whole machine: clock, host name, and what only root could change (Docker's default profile refuses them as well).
 * Seen failing without: DropCapabilities() (names); the clock has the filter as well.
 */
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { inside, onHost } from './support/probes.js'

const isRoot = process.geteuid?.() === 0

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each(['hostname', 'domainname', 'clock'])('the %s cannot be set', async (what) => {
    const { sandbox } = await openWorkspace(backend)
    expect(await inside(sandbox, 'machine', [what])).toBe('denied')
    if (isRoot) expect(onHost('machine', [what])).toBe('allowed')
    expect(await inside(sandbox, 'machine', ['own-priority'])).toBe('allowed')
  })
})
