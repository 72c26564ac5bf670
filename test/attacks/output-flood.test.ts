/**
 * Output without end: it must neither fill the memory of the host program nor keep it from ending the command
 * (codex #38909, a log of 205 GB).
 * Seen failing without: maxOutputBytes of the captures of exec; the bound of the reader's blocks.
 */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

const MiB = 1024 * 1024

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('exec keeps no more than it was asked for', async () => {
    const { sandbox } = await openWorkspace(backend)
    const before = process.memoryUsage().rss
    const result = await sandbox.exec('sh', ['-c', 'cat /dev/zero & cat /dev/zero >&2'], {
      maxOutputBytes: MiB,
      encoding: 'buffer',
      timeout: 1500,
      killSignal: 'SIGKILL',
    })
    expect(result.timedOut).toBe(true)
    expect(result.stdout.length).toBeLessThanOrEqual(MiB)
    expect(result.stderr.length).toBeLessThanOrEqual(MiB)
    // Control: much more was written.
    expect(result.truncated.stdout + result.truncated.stderr).toBeGreaterThan(200 * MiB)
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * MiB)
  })

  test('a command whose output nobody reads waits', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', 'while :; do head -c 65536 /dev/zero; echo x >> progress; done'])
    await once(child, 'spawn')
    await delay(700)
    const before = process.memoryUsage().rss
    const { stdout } = await sandbox.exec('sh', ['-c', 'wc -l < progress'])
    // Of 64 KiB each: what the pipe, the reader and the stream hold.
    expect(Number(stdout)).toBeLessThan(50)
    await delay(300)
    expect(await sandbox.exec('sh', ['-c', 'wc -l < progress'])).toMatchObject({ stdout })
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * MiB)
    child.kill('SIGKILL')
    await once(child, 'close')
  })

  test('the limit of the policy ends the command', async () => {
    const { sandbox } = await openWorkspace(backend, { limits: { outputBytes: MiB } })
    const result = await sandbox.exec('sh', ['-c', 'cat /dev/zero'])
    expect(result).toMatchObject({ limit: { kind: 'outputBytes' }, signal: 'SIGKILL', failed: true })
    expect(await sandbox.exec('head', ['-c', '1000', '/dev/zero'])).toMatchObject({ exitCode: 0 })
  })
})
