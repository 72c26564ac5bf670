/**
 * The network of the host, in mode `none`: its loopback, name servers, raw and datagram sockets, and ways to connect
 * without connect(2) (codex #43272; /sys/class/net names the interfaces).
 * Seen failing without: the network namespace; `sys-net`; Socket() in the filter (landlock).
 */
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { fixture, inside } from './support/probes.js'

async function tcpServer(): Promise<string> {
  const server = createServer((socket) => socket.on('error', () => {}).end())
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `${(server.address() as AddressInfo).port}`
}

async function udpServer(): Promise<string> {
  const server = createSocket('udp4', (_, from) => server.send('y', from.port, from.address))
  server.bind(0, '0.0.0.0')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `${server.address().port}`
}

/** Not from inside: the command of the control must not block the servers of this process. */
async function fromHost(args: string[]): Promise<number | null> {
  const [code] = await once(spawn(fixture('sockets'), args, { stdio: 'ignore' }), 'close')
  return code
}

const addresses = [
  '127.0.0.1',
  ...Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address),
]

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('no server of the host can be reached', async () => {
    const { sandbox } = await openWorkspace(backend)
    const tcp = await tcpServer()
    const udp = await udpServer()
    for (const address of addresses) {
      for (const args of [
        ['tcp', address, tcp],
        ['fast-open', address, tcp],
        ['udp', address, udp],
      ]) {
        expect(await fromHost(args), args.join(' ')).toBe(40)
        expect(await inside(sandbox, 'sockets', args), args.join(' ')).toBe('denied')
      }
    }
  })

  test('nothing outside has a route: addresses of documentation, metadata services, name servers', async () => {
    const { sandbox } = await openWorkspace(backend)
    for (const address of ['192.0.2.1', '169.254.169.254', '8.8.8.8', '10.0.0.1']) {
      expect(await inside(sandbox, 'sockets', ['tcp', address, '53']), address).toBe('denied')
      expect(await inside(sandbox, 'sockets', ['udp', address, '53']), address).toBe('denied')
    }
    const { exitCode } = await sandbox.exec('getent', ['hosts', 'example.org'], { timeout: 10_000 })
    expect(exitCode).not.toBe(0)
  })

  test('mode unrestricted reaches the host', async () => {
    const { sandbox } = await openWorkspace(backend, { network: { mode: 'unrestricted' } })
    expect(await inside(sandbox, 'sockets', ['tcp', '127.0.0.1', await tcpServer()])).toBe('allowed')
    expect(await inside(sandbox, 'sockets', ['udp', '127.0.0.1', await udpServer()])).toBe('allowed')
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test("the host's interfaces are not named, and lo is the only one", async () => {
    const { sandbox } = await openWorkspace(backend)
    expect(readdirSync('/sys/class/net').length).toBeGreaterThan(0)
    expect(await sandbox.exec('ls', ['-A', '/sys/class/net', '/sys/devices/virtual/net'])).toMatchObject({
      stdout: '/sys/class/net:\n\n/sys/devices/virtual/net:\n',
    })
    const { stdout } = await sandbox.exec('cat', ['/proc/net/dev'])
    expect(stdout.split('\n').flatMap((line) => /^\s*(\S+):/.exec(line)?.[1] ?? [])).toEqual(['lo'])
  })

  test('the own loopback works', async () => {
    const { sandbox } = await openWorkspace(backend)
    const script =
      'import socket;s=socket.create_server(("127.0.0.1",0));socket.create_connection(s.getsockname());print("up")'
    expect(await sandbox.exec('python3', ['-c', script])).toMatchObject({ stdout: 'up\n' })
  })
})
