/**
 * A command takes all descriptors or keeps the supervisor busy, so that it cannot be ended or its end is not seen
 * (codex #21994, NemoClaw #809: a listener that is stuck).
 * Seen failing without: the worker processes of the broker (MayBlock()).
 */
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BackendName } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { fixture } from './support/probes.js'

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each(['its end is reported', 'it can be killed', 'a timeout ends it'])('descriptors: %s', async (how) => {
    await end(backend, 'descriptors', how)
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test.each(['its end is reported', 'it can be killed', 'a timeout ends it'])(
    'connections that wait: %s',
    async (how) => {
      await end(backend, 'connect', how)
    },
  )
})

async function end(backend: BackendName, what: string, how: string): Promise<void> {
  const { sandbox, work } = await openWorkspace(backend)
  const path = what === 'connect' ? join(work, 'socket') : '/dev/null'
  const timeout = how === 'a timeout ends it' ? 1000 : 0
  const child = sandbox.spawn(fixture('exhaust'), [what, path], { timeout, forceKillAfterMs: 3000 })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  expect(output).toBe('ready\n')
  const start = performance.now()
  if (how === 'its end is reported') child.stdin.end()
  if (how === 'it can be killed') child.kill('SIGTERM')
  const [code, signal] = await closed
  expect(performance.now() - start).toBeLessThan(8000)
  expect([code, signal]).toEqual(how === 'its end is reported' ? [40, null] : [null, 'SIGTERM'])
  expect(await sandbox.exec('true')).toMatchObject({ exitCode: 0 })
}
