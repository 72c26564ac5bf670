/** Isolation `session`: commands of one sandbox that share their processes, and what stays apart all the same. */
import { once } from 'node:events'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace, plainPolicy, temporaryDirectory } from '../support/sandboxes.js'

const open = (isolation: 'session' | 'command') => openWorkspace('namespaces', {}, { isolation })

const SERVER = `
import socket, time
server = socket.create_server(('127.0.0.1', 8099))
open('ready', 'w').close()
while True: server.accept()[0].sendall(b'hello')
`
const CLIENT = `
import socket
print(socket.create_connection(('127.0.0.1', 8099)).recv(5).decode())
`

describeBackends(['namespaces'], () => {
  test('what a command leaves running is there for the next one, until close()', async () => {
    const { sandbox, work } = await open('session')
    const first = await sandbox.exec('sh', ['-c', 'sleep 1000 >/dev/null 2>&1 & echo $!; echo left > /dev/shm/file'])
    expect(first.exitCode).toBe(0)
    const next = await sandbox.exec('sh', ['-c', `kill -0 ${first.stdout.trim()} && cat /dev/shm/file`])
    expect(next).toMatchObject({ exitCode: 0, stdout: 'left\n' })
    const beats = () => readFileSync(join(work, 'beats')).length
    await sandbox.exec('sh', ['-c', `(while echo >> ${work}/beats; do sleep 0.02; done) >/dev/null 2>&1 &`])
    await vi.waitFor(() => expect(beats()).toBeGreaterThan(2))
    await sandbox.close()
    const before = beats()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(beats()).toBe(before)
  })

  test('control: with isolation command nothing of it is there', async () => {
    const { sandbox } = await open('command')
    const first = await sandbox.exec('sh', ['-c', 'sleep 1000 >/dev/null 2>&1 & echo $!; echo left > /dev/shm/file'])
    const next = await sandbox.exec('sh', ['-c', `kill -0 ${first.stdout.trim()} || cat /dev/shm/file`])
    expect(next.exitCode).not.toBe(0)
    expect(next.stdout).toBe('')
  })

  test('a server that a command left is served, and its own connections are, too', async () => {
    const { sandbox, work } = await open('session')
    writeFileSync(join(work, 'server.py'), SERVER)
    await sandbox.exec('sh', ['-c', 'python3 server.py >/dev/null 2>&1 &'])
    // It polls from a process whose command has ended long ago.
    const poll = `until python3 -c "$CLIENT" > answer 2>/dev/null; do sleep 0.05; done`
    await sandbox.exec('sh', ['-c', `(${poll}) >/dev/null 2>&1 &`], { env: { CLIENT } })
    await vi.waitFor(async () => expect((await sandbox.exec('cat', ['answer'])).stdout).toBe('hello\n'), 5000)
    expect((await sandbox.exec('python3', ['-c', CLIENT])).stdout).toBe('hello\n')
  })

  test('SIGKILL ends the command with its process group, and nothing else', async () => {
    const { sandbox } = await open('session')
    const other = sandbox.spawn('sleep', ['1000'])
    const child = sandbox.spawn('sh', ['-c', 'sleep 999 & wait'])
    await Promise.all([once(other, 'spawn'), once(child, 'spawn')])
    child.kill('SIGKILL')
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL'])
    const { stdout } = await sandbox.exec('ps', ['-eo', 'args='])
    expect(stdout).toContain('sleep 1000')
    expect(stdout).not.toContain('sleep 999')
    other.kill('SIGKILL')
    await once(other, 'close')
  })

  test('a command that kills whatever it can reach does not reach who keeps the commands', async () => {
    const { sandbox } = await open('session')
    const victim = sandbox.spawn('sleep', ['1000'])
    await once(victim, 'spawn')
    const { stdout } = await sandbox.exec('sh', ['-c', 'kill -9 -1; kill -9 1; echo still here'])
    expect(stdout).toBe('still here\n')
    // Control: what is of the session was reached.
    if (victim.exitCode === null && victim.signalCode === null) await once(victim, 'close')
    expect(victim.signalCode).toBe('SIGKILL')
    // The next command starts, although those who waited for it were killed as well.
    expect(await sandbox.exec('echo', ['next'])).toMatchObject({ exitCode: 0, stdout: 'next\n' })
  })

  test('a protected path that the host replaced is protected for the next command', async () => {
    const work = temporaryDirectory()
    const file = join(work, '.mcp.json')
    writeFileSync(file, 'old')
    const policy = { extends: 'workspace-write', filesystem: { ':slash_tmp': 'read' } } as const
    const sandbox = await Sandbox.create({ policy, cwd: work, backend: 'namespaces', isolation: 'session' })
    const write = async (name: string) => (await sandbox.exec('sh', ['-c', `echo bad >> ${name}`])).exitCode
    expect(await write('.mcp.json')).not.toBe(0)
    writeFileSync(join(work, 'new'), 'new')
    renameSync(join(work, 'new'), file)
    expect(await write('.mcp.json')).not.toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('new')
    // Control: beside it can be written.
    expect(await write('other')).toBe(0)
    await sandbox.close()
  })
})

test('backends without a runner are refused', async () => {
  const work = temporaryDirectory()
  const options = { policy: plainPolicy(work), cwd: work, isolation: 'session' } as const
  await expect(Sandbox.create({ ...options, backend: 'bubblewrap' })).rejects.toThrow(/options\.isolation.*namespaces/)
  await expect(Sandbox.create({ ...options, order: ['landlock'] })).rejects.toThrow(TypeError)
})
