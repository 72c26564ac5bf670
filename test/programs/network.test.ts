/** Servers: of its own they work, of the host they do not exist. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { defaultFence, homeDirectory, needProgram, run, writeFiles } from './support/project.js'

async function serve(address: string): Promise<{ url: string; requests: () => number }> {
  let requests = 0
  const server: Server = createServer((_, response) => {
    requests++
    response.end('from the host')
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { url: `http://${address.includes(':') ? `[${address}]` : address}:${port}/`, requests: () => requests }
}

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test.for(['127.0.0.1', '::1'])('curl reaches no server of the host on %s', async (address, context) => {
    needProgram(context, 'curl')
    const host = await serve(address)
    const fenced = await defaultFence(backend, homeDirectory())
    const { exitCode, stderr } = await fenced.exec('curl', ['-sS', '--max-time', '20', host.url])
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 7 })
    expect(host.requests()).toBe(0)
    // The control: the same fence, the host's network.
    const open = await defaultFence(backend, homeDirectory(), { network: { mode: 'unrestricted' } })
    expect(await run(open, 'curl', ['-sS', '--max-time', '20', host.url])).toBe('from the host')
  })

  test('a server of its own, by address and by name, on a port that the host uses', async (context) => {
    for (const name of ['curl', 'python3']) needProgram(context, name)
    const host = await serve('127.0.0.1')
    const work = homeDirectory()
    writeFiles(work, { file: 'from its own server' })
    const sandbox = await defaultFence(backend, work)
    const script = `python3 -m http.server --bind 127.0.0.1 "$1" >log 2>&1 &
      curl -sS --retry 50 --retry-delay 1 --retry-connrefused "http://127.0.0.1:$1/file" &&
      curl -sS "http://localhost:$1/file" -o again; kill $!; cat again`
    const twice = await run(sandbox, 'sh', ['-c', script, 'sh', new URL(host.url).port])
    expect(twice).toBe('from its own serverfrom its own server')
    expect(host.requests()).toBe(0)
  })

  test('names are not resolved, and nothing waits for that', async (context) => {
    needProgram(context, 'curl')
    const sandbox = await defaultFence(backend, homeDirectory())
    const start = performance.now()
    const { exitCode } = await sandbox.exec('curl', ['-sS', '--max-time', '60', 'http://example.org/'])
    expect(exitCode).toBe(6)
    expect(performance.now() - start).toBeLessThan(20_000)
  })
})
