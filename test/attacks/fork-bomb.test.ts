/**
 * A command makes processes without end, so that the host can make none (fork bombs).
 * Seen failing without: LimitProcessNumbers(), RLIMIT_NPROC.
 */
import { expect, test } from 'vitest'
import { type BackendName, SandboxError } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { pulseWhile } from './support/host-pulse.js'
import { fixture } from './support/probes.js'

const SLOWEST_MS = 2_000

async function explode(backend: BackendName, processes: number) {
  const { sandbox } = await openWorkspace(backend, { limits: { processes } })
  const { result, pulse } = await pulseWhile(sandbox.exec(fixture('bomb')))
  return { result, pulse, most: Number(result.stdout) }
}

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('there are never more processes than the limit, and the host goes on', async (context) => {
    const outcome = await explode(backend, 60).catch((error: unknown) => error)
    if (outcome instanceof SandboxError) {
      expect(outcome.code).toBe('SANDBOX_POLICY_UNENFORCEABLE')
      context.skip(`${backend} cannot hold processes here: ${outcome.message}`)
    }
    const { result, pulse, most } = outcome as Awaited<ReturnType<typeof explode>>
    expect(result).toMatchObject({ exitCode: 40, limit: { kind: 'processes', value: 60, used: 60 } })
    expect(most).toBeGreaterThan(40)
    expect(most).toBeLessThanOrEqual(60)
    expect(pulse.starts).toBeGreaterThan(5)
    expect(pulse.slowestMs).toBeLessThan(SLOWEST_MS)
    // Control: it is the limit that holds it.
    expect((await explode(backend, 200)).most).toBeGreaterThan(100)
  })

  test('it can be ended', async (context) => {
    const opened = await openWorkspace(backend, { limits: { processes: 200 } }).catch((error: unknown) => error)
    if (opened instanceof SandboxError) context.skip(`${backend} cannot hold processes here: ${opened.message}`)
    const { sandbox } = opened as Awaited<ReturnType<typeof openWorkspace>>
    const start = performance.now()
    const result = await sandbox.exec(fixture('bomb'), { timeout: 300, killSignal: 'SIGKILL' })
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL' })
    expect(performance.now() - start).toBeLessThan(1_300)
  })

  test('a bomb that nothing holds is ended by its CPU time', async () => {
    const { sandbox } = await openWorkspace(backend, { limits: { cpuSeconds: 1, wallMs: 10_000 } })
    const { result, pulse } = await pulseWhile(sandbox.exec(fixture('bomb'), ['100']))
    expect(result).toMatchObject({ signal: 'SIGKILL', limit: { kind: 'cpuSeconds' } })
    expect(pulse.slowestMs).toBeLessThan(SLOWEST_MS)
  })
})
