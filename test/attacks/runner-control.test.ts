/**
 * PID 1 of a command in a runner, and the control socket that it holds: a message on it would be taken as the host's.
 * Seen failing without: SCM_RIGHTS received close-on-exec (the socket). init.test.ts, tracing.test.ts and
 * proc-escape.test.ts have the rest of PID 1.
 */
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { newKey, startNeighbour } from './support/neighbours.js'
import { fixture, inside } from './support/probes.js'

/** What shows or leads to descriptors and namespaces of a process. */
const CLOSED = [
  ['list', 'fdinfo'],
  ['readlink', 'fd/0'],
  ['open-for-reading', 'fd/0'],
  ['open-for-writing', 'fd/1'],
  ['read', 'fdinfo/0'],
  ['readlink', 'ns/mnt'],
  ['readlink', 'ns/pid'],
  ['open-for-reading', 'ns/net'],
  ['open-for-reading', 'ns/user'],
  ['read', 'environ'],
  ['read', 'io'],
  ['list', 'root'],
  ['list', 'cwd'],
  ['readlink', 'exe'],
  ['open-for-writing', 'task/1/mem'],
] as const

describeBackends(['namespaces'], (backend) => {
  test('descriptors and namespaces of PID 1 are closed', async () => {
    const { sandbox } = await openWorkspace(backend)
    for (const [action, name] of CLOSED) {
      // A part of a directory that may not be searched does not exist.
      expect(await inside(sandbox, 'files', [action, `/proc/1/${name}`]), name).toMatch(/^(denied|not found)$/)
      const own = name.startsWith('task/') ? 'mem' : name
      expect(await inside(sandbox, 'files', [action, `/proc/self/${own}`]), own).toBe('allowed')
    }
  })

  test('no socket is inherited, by number or by name', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    const look = 'ls -l /proc/self/fd /proc/$$/fd | grep -c socket: ; tail -n +2 /proc/net/unix | wc -l'
    expect((await sandbox.exec('sh', ['-c', look])).stdout).toBe('0\n0\n')
    // Control: with a socket of its own there is something to see.
    const own = [newKey(), work, '/bin/sh', '-c', look]
    const { stdout, stderr } = await sandbox.exec(fixture('neighbour'), own)
    expect(stderr).toBe('')
    expect(stdout.split('\n').map(Number)).toEqual([expect.any(Number), 2, 0])
    expect(Number.parseInt(stdout, 10)).toBeGreaterThan(0)
  })

  test('the list of sockets that the kernel keeps has none of the host', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    const neighbour = await startNeighbour(sandbox, work)
    // NETLINK_SOCK_DIAG: a list of sockets with their inodes.
    const diag = await inside(sandbox, 'sockets', ['socket', '16', '3', '4'])
    expect(diag).toMatch(/^denied$|Operation not permitted|Address family/)
    const { stdout } = await sandbox.exec('cat', ['/proc/net/unix'])
    const names = stdout.trim().split('\n').slice(1)
    // Control: those of a neighbour are there, its network is the same.
    expect(names.length).toBe(2)
    expect(stdout).toContain(`@${neighbour.key}`)
    expect(await neighbour.end()).toBe(40)
  })

  test('a command that cannot be executed leaves its request to nobody', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    const failing = Array.from({ length: 6 }, (_, number) => sandbox.exec(`/no/such/program-${number}`).catch(String))
    const [first, ...rest] = await Promise.all([
      sandbox.exec('sh', ['-c', 'cat /proc/self/environ /proc/1/cmdline; echo x >> once']),
      ...failing,
    ])
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.not.stringContaining('program-') })
    for (const error of rest) expect(error).toContain('program not found')
    expect(existsSync(`${work}/once`)).toBe(true)
  })
})
