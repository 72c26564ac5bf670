/** Code that was written for a ChildProcess. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

/** Knows nothing of sandboxes. */
async function drive(child: ChildProcess): Promise<{ code: number | null; out: string }> {
  child.stdin?.end('input')
  const [out] = await Promise.all([child.stdout === null ? '' : buffer(child.stdout), once(child, 'close')])
  return { code: child.exitCode, out: String(out) }
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('a function that takes a ChildProcess takes it', async () => {
    const { sandbox } = await openWorkspace(backend)
    expect(await drive(sandbox.spawn('cat'))).toEqual({ code: 0, out: 'input' })
  })

  test('once() rejects with the error of a command that does not start', async () => {
    const { sandbox } = await openWorkspace(backend)
    await expect(once(sandbox.spawn('no-such-program'), 'spawn')).rejects.toMatchObject({
      code: 'SANDBOX_PROGRAM_NOT_FOUND',
    })
  })

  test('the output can be piped on, with backpressure', async () => {
    const { sandbox } = await openWorkspace(backend)
    const server = createServer((_, response) => {
      sandbox.spawn('head', ['-c', '3000000', '/dev/zero']).stdout.pipe(response)
    }).listen(0)
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const body = await (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer()
    expect(body.byteLength).toBe(3_000_000)
    server.close()
  })

  test('a reader that comes after the exit still gets what was written', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', 'echo early'])
    await once(child, 'exit')
    expect(String(await buffer(child.stdout))).toBe('early\n')
  })

  test('an object that nobody holds keeps its events', async () => {
    const { sandbox } = await openWorkspace(backend)
    const closed = new Promise((resolve) => sandbox.spawn('sh', ['-c', 'sleep 0.3; exit 5']).once('close', resolve))
    for (let i = 0; i < 20; i++) {
      Array.from({ length: 100_000 }, () => ({}))
      await delay(10)
    }
    expect(await closed).toBe(5)
  })

  test('a listener that throws is an uncaught exception, and the process still closes', async () => {
    const { sandbox } = await openWorkspace(backend)
    const uncaught: unknown[] = []
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => uncaught.push(error))
    const child = sandbox.spawn('true')
    child.once('spawn', () => {
      throw new Error('of a listener')
    })
    await new Promise((resolve) => child.once('close', resolve))
    process.removeAllListeners('uncaughtException')
    for (const listener of others) process.on('uncaughtException', listener)
    expect(uncaught).toEqual([new Error('of a listener')])
    expect(child.exitCode).toBe(0)
  })

  test('sandboxes with different policies live side by side', async () => {
    const first = await openWorkspace(backend)
    const second = await openWorkspace(backend)
    const write = (sandbox: typeof first.sandbox, work: string) =>
      sandbox.exec('sh', ['-c', 'echo > "$1/x"', 'sh', work])
    const codes = await Promise.all([
      write(first.sandbox, first.work),
      write(first.sandbox, second.work),
      write(second.sandbox, second.work),
      write(second.sandbox, first.work),
    ])
    expect(codes.map(({ exitCode }) => exitCode === 0)).toEqual([true, false, true, false])
  })
})
