/**
 * Commands that run at the same time in the namespaces of one runner: each is alone, but for the loopback network, which
 * they share by design (`isolation: 'fresh'` is for who wants that private too).
 * Seen failing without: CLONE_NEWPID and CLONE_NEWIPC of MakeSlot(), RenewProc() and RenewDevices() of the slot's view.
 */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { newKey, startNeighbour } from './support/neighbours.js'
import { fixture, inside } from './support/probes.js'

const ON_PROCESSES = [
  'kill',
  'kill-group',
  'kill-thread',
  'pidfd',
  'status',
  'memory',
  'descriptors',
  'renice',
  'pin',
] as const

describeBackends(['namespaces'], (backend) => {
  test('no attempt on any process number reaches a neighbour', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    const neighbour = await startNeighbour(sandbox, work)
    for (const action of ON_PROCESSES) {
      expect(await inside(sandbox, 'sweep', [action]), action).toBe('not found')
      // Control: a process of the same command is reached.
      expect(await inside(sandbox, 'sweep', [action, 'child']), action).toBe('allowed')
    }
    await sandbox.exec('sh', ['-c', 'kill -KILL -1'])
    expect(await neighbour.end()).toBe(40)
  })

  test('the processes that a command sees are PID 1 and its own', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    const neighbour = await startNeighbour(sandbox, work)
    const { stdout } = await sandbox.exec('sh', ['-c', 'echo "$$"; cd /proc; echo [0-9]*'])
    const [own, all] = stdout.trim().split('\n')
    expect(all).toBe(`1 ${own}`)
    expect(await neighbour.end()).toBe(40)
  })

  test.each(['segment', 'semaphore', 'messages'])('%s of a neighbour cannot be found', async (kind) => {
    const { sandbox, work } = await openWorkspace(backend)
    const neighbour = await startNeighbour(sandbox, work)
    expect(await inside(sandbox, 'ipc', [`find-${kind}`, neighbour.key])).toBe('not found')
    expect(await neighbour.end()).toBe(40)
    // Control: a process of the same command finds it.
    const key = newKey()
    const own = [key, work, fixture('ipc'), `find-${kind}`, key]
    await sandbox.exec('rm', ['-f', join(work, 'socket')])
    expect(await inside(sandbox, 'neighbour', own)).toBe('allowed')
  })

  test('shared memory and terminals of a neighbour cannot be found', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    const neighbour = await startNeighbour(sandbox, work)
    for (const path of [`/dev/shm/ringfence-${neighbour.key}`, '/dev/pts/0', '/dev/pts/1']) {
      expect(await inside(sandbox, 'files', ['stat', path]), path).toBe('not found')
    }
    expect(await neighbour.end()).toBe(40)
    // Control: a process of the same command finds them.
    for (const [key, path] of [[newKey(), '/dev/pts/0'] as const, [newKey(), '/dev/shm/ringfence-KEY'] as const]) {
      await sandbox.exec('rm', ['-f', join(work, 'socket')])
      const own = [key, work, fixture('files'), 'stat', path.replace('KEY', key)]
      expect(await inside(sandbox, 'neighbour', own)).toBe('allowed')
    }
  })

  test.each([
    ['command', /^allowed$/],
    ['fresh', /^(denied|not found)$/],
  ] as const)("with isolation '%s' servers of a neighbour are %s", async (isolation, expected) => {
    const { sandbox, work } = await openWorkspace(backend, {}, { isolation })
    const neighbour = await startNeighbour(sandbox, work)
    const { port, key } = neighbour
    const ways = [
      ['tcp', '127.0.0.1', port],
      ['connect', 'stream', `@${key}`],
      ['connect', 'stream', join(work, 'socket')],
    ]
    for (const way of ways) expect(await inside(sandbox, 'sockets', way), way.join(' ')).toMatch(expected)
    // Control: with either, a process of the same command reaches it.
    const own = newKey()
    await sandbox.exec('rm', ['-f', join(work, 'socket')])
    expect(await inside(sandbox, 'neighbour', [own, work, fixture('sockets'), 'tcp', '127.0.0.1', 'PORT'])).toBe(
      'allowed',
    )
    expect(await neighbour.end()).toBe(40)
  })

  test('commands of another sandbox share nothing, the network included', async () => {
    const first = await openWorkspace(backend)
    const second = await openWorkspace(backend, { filesystem: { [first.work]: 'write' } })
    const { port, key, end } = await startNeighbour(first.sandbox, first.work)
    const ways = [
      ['tcp', '127.0.0.1', port],
      ['connect', 'stream', `@${key}`],
      ['connect', 'stream', join(first.work, 'socket')],
    ]
    for (const way of ways) {
      expect(await inside(second.sandbox, 'sockets', way), way.join(' ')).toMatch(/^(denied|not found)$/)
      expect(await inside(first.sandbox, 'sockets', way), way.join(' ')).toBe('allowed')
    }
    expect(await inside(second.sandbox, 'ipc', ['find-segment', key])).toBe('not found')
    expect(await end()).toBe(40)
  })
})
