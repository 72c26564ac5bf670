/** Which listeners of the host a command can reach. The listeners are the doctor's own; nothing leaves the machine. */
import { mkdir } from 'node:fs/promises'
import { type AddressInfo, createServer, type ListenOptions, type Server } from 'node:net'
import { join } from 'node:path'
import { attemptFenced, attemptFree } from './attempt.js'
import type { Check, CheckContext, Observation } from './types.js'

export const NETWORK_CHECKS: readonly Check[] = [
  {
    id: 'host-loopback',
    title: 'a TCP listener on the loopback of the host cannot be reached',
    protections: ['network'],
    observe: (context) => observeListener(context, { host: '127.0.0.1', port: 0 }, 'network', tcpAttempt),
  },
  {
    id: 'host-unix-socket',
    title: 'a Unix socket of the host cannot be reached, in a writable root neither',
    protections: ['unix-sockets'],
    observe: (context) => observeListener(context, { path: socketPath(context) }, 'unix-sockets', unixAttempt),
  },
]

async function observeListener(
  context: CheckContext,
  listen: ListenOptions,
  protection: 'network' | 'unix-sockets',
  attempt: (server: Server) => [string, string],
): Promise<Observation> {
  const work = join(context.directory, 'work')
  await mkdir(work)
  let received = ''
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      received += chunk
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(listen, resolve))
  try {
    const fence = {
      backend: context.backend,
      protections: [protection],
      cwd: work,
      filesystem: { [work]: 'write' as const },
    }
    const fenced = await attemptFenced(fence, ...attempt(server))
    const reached = received !== ''
    const free = await attemptFree(work, ...attempt(server))
    return {
      holds: !fenced.allowed && !reached,
      controlHolds: free.allowed && (await settles(() => received !== '')),
      detail: reached ? `${fenced.detail}, but the listener was reached` : fenced.detail,
      control: free.detail,
    }
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

/** What a client has sent may reach the listener a moment after the client has ended. */
async function settles(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 100 && !condition(); tries++) await new Promise((resolve) => setTimeout(resolve, 10))
  return condition()
}

function tcpAttempt(server: Server): [string, string] {
  return ['connect-tcp', String((server.address() as AddressInfo).port)]
}

function unixAttempt(server: Server): [string, string] {
  return ['connect-unix', server.address() as string]
}

function socketPath({ directory }: CheckContext): string {
  return join(directory, 'work', 'socket')
}
