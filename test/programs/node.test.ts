/** Node: its test runner, its own kinds of processes, and sockets between them. */
import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { defaultFence, fixturePath, homeDirectory, run, writeFiles } from './support/project.js'

const TESTS = {
  'good.test.mjs': `import { test } from 'node:test'\ntest('good', () => {})\n`,
  'bad.test.mjs': `import { test } from 'node:test'\ntest('bad', () => { throw new Error('on purpose') })\n`,
}

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('node --test, a process for each file', { timeout: 60_000 }, async () => {
    const work = homeDirectory()
    writeFiles(work, TESTS)
    const sandbox = await defaultFence(backend, work)
    const { exitCode, stdout } = await sandbox.exec('node', ['--test'])
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/pass 1$/m)
    expect(stdout).toMatch(/fail 1$/m)
    await run(sandbox, 'node', ['--test', 'good.test.mjs'])
  })

  test('a unix socket between processes of its own', async () => {
    const sandbox = await defaultFence(backend, homeDirectory())
    expect(await run(sandbox, 'node', [fixturePath('ipc.mjs')])).toBe('hello yourself')
  })

  test('not one of the host, even in the workspace', async () => {
    const work = homeDirectory()
    const path = join(work, 'socket')
    let connections = 0
    const server = createServer((socket) => {
      connections++
      socket.end('from the host')
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    onTestFinished(() => void server.close())
    const sandbox = await defaultFence(backend, work)
    const { exitCode, stderr } = await sandbox.exec('node', [fixturePath('ipc.mjs'), path])
    expect(exitCode).not.toBe(0)
    expect(stderr).toMatch(/EACCES|EPERM|ECONNREFUSED/)
    expect(connections).toBe(0)
    // The control: without a fence this client gets through.
    const { stdout } = await promisify(execFile)(process.execPath, [fixturePath('ipc.mjs'), path])
    expect(stdout).toBe('from the host')
  })

  test('worker threads, fork, cluster, file watching', { timeout: 60_000 }, async () => {
    const sandbox = await defaultFence(backend, homeDirectory())
    expect(JSON.parse(await run(sandbox, 'node', [fixturePath('workers.mjs')]))).toEqual({
      answer: 42,
      echo: 'ping',
      served: 'from a worker',
      changed: 'watched',
    })
  })
})
