/**
 * What a command leaves behind: daemons that left its session and fork anew faster than they are listed
 * (OpenShell #3159, openclaw #110735; codex #7852, #32227 fork bombs).
 * Seen failing without: KillDescendants() (landlock).
 */
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { mostProcessesWith, waitUntilGone } from './support/host-processes.js'
import { fixture } from './support/probes.js'

let count = 0
const newMarker = () => `ringfence-daemons-${process.pid}-${count++}`

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each([
    ['the command ends', (child: { stdin: { end(): void } }) => child.stdin.end()],
    ['the command is killed', (child: { kill(signal: 'SIGKILL'): boolean }) => child.kill('SIGKILL')],
  ])('no daemon is left when %s', async (_, end) => {
    const { sandbox } = await openWorkspace(backend)
    const marker = newMarker()
    const child = sandbox.spawn(fixture('daemons'), ['40', marker])
    await once(child.stdout, 'data')
    // Control: they live.
    expect(await mostProcessesWith(marker)).toBeGreaterThan(10)
    end(child)
    await once(child, 'close')
    expect(await mostProcessesWith(marker)).toBe(0)
  })

  test('a timeout ends a storm of forks within its time', async () => {
    const { sandbox } = await openWorkspace(backend)
    const marker = newMarker()
    const start = performance.now()
    const result = await sandbox.exec('sh', ['-c', '"$@" < /dev/zero', 'sh', fixture('daemons'), '150', marker], {
      timeout: 500,
      forceKillAfterMs: 300,
    })
    expect(result).toMatchObject({ timedOut: true, failed: true })
    expect(performance.now() - start).toBeLessThan(8000)
    expect(await mostProcessesWith(marker)).toBe(0)
  })

  test('a supervisor that is killed takes everything with it', async () => {
    const { sandbox } = await openWorkspace(backend)
    const marker = newMarker()
    const child = sandbox.spawn(fixture('daemons'), ['20', marker])
    await once(child.stdout, 'data')
    expect(await mostProcessesWith(marker)).toBeGreaterThan(5)
    process.kill(child.pid as number, 'SIGKILL')
    await once(child, 'close')
    expect(await waitUntilGone(marker, 3000)).toBe(0)
    // The sandbox goes on.
    expect(await sandbox.exec('true')).toMatchObject({ exitCode: 0 })
  })
})
