/**
 * Reading and steering other processes: PID 1 of the sandbox, which holds its mounts and its filter's listener, processes
 * of the same sandbox (a tracer gets around the filter of its tracee, seccomp(2)) and of the host.
 * Seen failing without: the refused calls in the filter. PID 1 is held by its capabilities as well, each alone is
 * enough.
 */
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { startVictim } from './support/host-processes.js'
import { inside, onHost } from './support/probes.js'

const ACTIONS = ['seize', 'read-memory', 'write-memory', 'take-descriptor']

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each(ACTIONS)('%s of a process of the same sandbox is refused', async (action) => {
    const { sandbox } = await openWorkspace(backend)
    expect(await inside(sandbox, 'processes', [action, 'sibling'])).toBe('denied')
    expect(onHost('processes', [action, 'sibling'])).toBe('allowed')
  })

  test.each([...ACTIONS, 'open-memory'])('%s of a process of the host is refused', async (action) => {
    const { sandbox } = await openWorkspace(backend)
    const { pid } = await startVictim()
    expect(await inside(sandbox, 'processes', [action, `${pid}`])).toMatch(/^(denied|not found)$/)
    expect(onHost('processes', [action, `${pid}`])).toBe('allowed')
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test.each([...ACTIONS, 'open-memory'])('%s of PID 1 is refused', async (action) => {
    const { sandbox } = await openWorkspace(backend)
    expect(await inside(sandbox, 'processes', [action, '1'])).toBe('denied')
  })
})
