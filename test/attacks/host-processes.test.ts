/**
 * Processes of the host are signalled, stopped, slowed down or limited from inside (codex #35482, vscode #329258 on
 * kill -1; prlimit(2) with RLIMIT_CPU is a kill by another name).
 * Seen failing without: `scoped` of the Landlock plan (landlock); the pid namespace (`limit`: Landlock holds the
 * signals then).
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { startFixture, startVictim } from './support/host-processes.js'
import { inside, onHost } from './support/probes.js'

const SIGNALS = ['stop', 'kill', 'kill-group', 'queue', 'kill-by-pidfd', 'kill-thread']
const SETTINGS = ['limit', 'renice', 'pin']

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each(SIGNALS)('%s does not reach a process of the host', async (action) => {
    const { sandbox } = await openWorkspace(backend)
    const victim = await startVictim()
    expect(await inside(sandbox, 'processes', [action, `${victim.pid}`])).toMatch(/^(denied|not found)$/)
    expect(victim.exitCode ?? victim.signalCode).toBeNull()
    expect(readFileSync(`/proc/${victim.pid}/stat`, 'utf8')).toMatch(/\) S /)
    if (action !== 'kill-group') expect(onHost('processes', [action, `${victim.pid}`])).toBe('allowed')
  })

  test.each(SETTINGS)('%s does not change a process of the host', async (action) => {
    const { sandbox } = await openWorkspace(backend)
    const victim = await startVictim()
    expect(await inside(sandbox, 'processes', [action, `${victim.pid}`])).toMatch(/^(denied|not found)$/)
    expect(onHost('processes', [action, `${victim.pid}`])).toBe('allowed')
  })

  test('this process, its parent and the supervisor of the command are out of reach', async () => {
    const { sandbox } = await openWorkspace(backend)
    const other = sandbox.spawn('sleep', ['60'])
    await once(other, 'spawn')
    for (const pid of [process.pid, process.ppid, other.pid]) {
      expect(await inside(sandbox, 'processes', ['queue', `${pid}`])).toMatch(/^(denied|not found)$/)
    }
    other.kill('SIGKILL')
    await once(other, 'close')
  })

  test('a signal to everybody finds nobody but the own processes', async () => {
    const { sandbox } = await openWorkspace(backend)
    // SIGWINCH: whoever it reaches takes no harm from it.
    const counter = await startFixture('count-signals', ['28'])
    let counted = ''
    counter.stdout?.on('data', (chunk) => {
      counted += chunk
    })
    await inside(sandbox, 'processes', ['broadcast', '-1'])
    await delay(100)
    expect(counted).toBe('')
    counter.kill('SIGWINCH')
    await once(counter.stdout as Readable, 'data')
    expect(counted).toBe('signal\n')
  })

  test('a signal to the own group ends only the command', async () => {
    const { sandbox } = await openWorkspace(backend)
    const result = await sandbox.exec('sh', ['-c', 'kill -TERM 0; sleep 5'])
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGTERM' })
  })
})
