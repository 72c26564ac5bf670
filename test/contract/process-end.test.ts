import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { describeIsolations } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

/** Leaves its session and its parent, ignores requests to end, and writes to a file as long as it lives. */
const DAEMON = `
  setsid sh -c '
    trap "" TERM HUP INT
    (while :; do echo beat >> beats; sleep 0.02; done) </dev/null >/dev/null 2>&1 &
  ' &
  while ! [ -s beats ]; do sleep 0.02; done
`

async function beatsOn(file: string): Promise<boolean> {
  const before = readFileSync(file).length
  await delay(150)
  return readFileSync(file).length > before
}

describeIsolations(['namespaces', 'bubblewrap', 'landlock'], (backend, isolation) => {
  test('a daemon of the command lives with the command and is dead at close', async () => {
    const { sandbox, work } = await openWorkspace(backend, {}, { isolation })
    const child = sandbox.spawn('sh', [
      '-c',
      `${DAEMON}
echo up; read line`,
    ])
    await once(child.stdout, 'data')
    // Control: it does beat.
    expect(await beatsOn(join(work, 'beats'))).toBe(true)
    child.stdin.end('\n')
    expect(await once(child, 'close')).toEqual([0, null])
    expect(await beatsOn(join(work, 'beats'))).toBe(false)
  })

  test('SIGKILL ends the whole tree', async () => {
    const { sandbox, work } = await openWorkspace(backend, {}, { isolation })
    const child = sandbox.spawn('sh', [
      '-c',
      `${DAEMON}
echo up; sleep 60`,
    ])
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL'])
    expect(await beatsOn(join(work, 'beats'))).toBe(false)
  })

  test('close waits for a daemon that holds stdout, which ends with the command', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const start = performance.now()
    expect(await sandbox.exec('sh', ['-c', 'setsid sleep 30 & echo out'])).toMatchObject({
      stdout: 'out\n',
      exitCode: 0,
    })
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  test('a timeout sends killSignal', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const result = await sandbox.exec('sleep', ['60'], { timeout: 100 })
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGTERM', exitCode: null, failed: true, isCanceled: false })
    const script = 'trap "exit 9" INT; while :; do sleep 0.02; done'
    const other = await sandbox.exec('sh', ['-c', script], { timeout: 200, killSignal: 'SIGINT' })
    expect(other).toMatchObject({ timedOut: true, signal: null, exitCode: 9 })
  })

  test('what does not end on request is killed', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const script = 'trap "" TERM; while :; do sleep 0.02; done'
    const result = await sandbox.exec('sh', ['-c', script], { timeout: 200, forceKillAfterMs: 100 })
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL', exitCode: null })
  })

  test('a command that is done in time is not timed out', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    expect(await sandbox.exec('true', { timeout: 20_000 })).toMatchObject({
      timedOut: false,
      exitCode: 0,
      failed: false,
    })
  })

  test('the wall time of the policy is a timeout of every command', async () => {
    const { sandbox } = await openWorkspace(backend, { limits: { wallMs: 150 } }, { isolation })
    expect(await sandbox.exec('sleep', ['60'])).toMatchObject({
      timedOut: true,
      limit: { kind: 'wallMs', value: 150, used: expect.any(Number) },
      signal: 'SIGTERM',
    })
    const own = await sandbox.exec('sleep', ['60'], { timeout: 50 })
    expect(own).toMatchObject({ timedOut: true, signal: 'SIGTERM' })
    expect(own).not.toHaveProperty('limit')
  })

  test('an abort is an AbortError event, then exit and close', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const controller = new AbortController()
    const child = sandbox.spawn('sleep', ['60'], { signal: controller.signal })
    const events: unknown[] = []
    child.on('error', (error) => events.push(error))
    child.on('exit', (code, signal) => events.push(['exit', code, signal]))
    await once(child, 'spawn')
    const reason = new Error('enough')
    controller.abort(reason)
    await once(child, 'close')
    expect(events).toEqual([
      expect.objectContaining({ name: 'AbortError', code: 'ABORT_ERR', cause: reason }),
      ['exit', null, 'SIGTERM'],
    ])
    expect(child).toMatchObject({ killed: false, isCanceled: true })
  })

  test('with a signal that was aborted before, the same events come, and nothing is started', async () => {
    const { sandbox, work } = await openWorkspace(backend, {}, { isolation })
    const child = sandbox.spawn('touch', ['file'], { signal: AbortSignal.abort() })
    const events: unknown[] = []
    child.on('spawn', () => events.push('spawn'))
    child.on('error', (error) => events.push(error.name))
    child.on('exit', (code, signal) => events.push(['exit', code, signal]))
    expect(await text(child.stdout)).toBe('')
    if (child.signalCode === null) await once(child, 'exit')
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM'])
    expect(events).toEqual(['AbortError', ['exit', null, 'SIGTERM']])
    const result = await sandbox.exec('touch', ['file'], { signal: AbortSignal.abort() })
    expect(result).toMatchObject({ isCanceled: true, failed: true, signal: 'SIGTERM' })
    expect(existsSync(join(work, 'file'))).toBe(false)
  })
})
