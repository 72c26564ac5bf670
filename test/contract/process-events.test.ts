import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { SandboxedProcess } from '../../lib/index.js'
import { describeIsolations } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

/** Every event of a process in order, until `close`. */
async function eventsOf(child: SandboxedProcess): Promise<unknown[][]> {
  const events: unknown[][] = []
  for (const name of ['spawn', 'exit', 'close'] as const) {
    child.on(name, (...args: unknown[]) => events.push([name, ...args]))
  }
  child.on('error', (error) => events.push(['error', error.name]))
  await new Promise((resolve) => child.once('close', resolve))
  return events
}

describeIsolations(['namespaces', 'bubblewrap', 'landlock'], (backend, isolation) => {
  test.each([0, 1, 42, 255])('exit code %i arrives, in the order spawn, exit, close', async (code) => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const child = sandbox.spawn('sh', ['-c', `exit ${code}`])
    expect(child).toMatchObject({ exitCode: null, signalCode: null, killed: false, connected: false, spawnfile: 'sh' })
    expect(child.pid).toBeGreaterThan(1)
    expect(child.spawnargs).toEqual(['sh', '-c', `exit ${code}`])
    expect(await eventsOf(child)).toEqual([['spawn'], ['exit', code, null], ['close', code, null]])
    expect(child).toMatchObject({ exitCode: code, signalCode: null, killed: false })
    expect(child.usage?.maxRssBytes).toBeGreaterThan(0)
  })

  test.each(['SIGTERM', 'SIGKILL', 'SIGSEGV'] as const)('the end by %s arrives as that signal', async (signal) => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const child = sandbox.spawn('sh', ['-c', `kill -${signal.slice(3)} $$`])
    expect(await eventsOf(child)).toEqual([['spawn'], ['exit', null, signal], ['close', null, signal]])
    expect(child).toMatchObject({ exitCode: null, signalCode: signal, killed: false })
  })

  test.each(['pipe', 'ignore'] as const)(
    'aborted before the start, with stdio %s: error, exit, close',
    async (stdio) => {
      const { sandbox } = await openWorkspace(backend)
      const child = sandbox.spawn('true', [], { stdio, signal: AbortSignal.abort() })
      const events = await eventsOf(child)
      expect(events.map(([name]) => name)).toEqual(['error', 'exit', 'close'])
    },
  )

  test('kill() sends a signal to the command, once it has ended it says false', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const child = sandbox.spawn('sh', [
      '-c',
      'trap "echo caught; exit 7" USR1; echo ready; while :; do sleep 0.02; done',
    ])
    await once(child.stdout, 'data')
    expect(child.kill(0)).toBe(true)
    expect(child.killed).toBe(false)
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    expect(child.kill('SIGUSR1')).toBe(true)
    expect(child.killed).toBe(true)
    expect(await once(child, 'close')).toEqual([7, null])
    expect(output).toBe('caught\n')
    expect(child.kill(0)).toBe(false)
    expect(child.kill()).toBe(false)
    expect(() => child.kill('SIGNOPE' as NodeJS.Signals)).toThrow(TypeError)
  })

  test('kill() straight after spawn ends the command', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const child = sandbox.spawn('sleep', ['60'])
      expect(child.kill(signal)).toBe(true)
      expect(await once(child, 'close')).toEqual([null, signal])
    }
  })

  test('a handle that is disposed of is gone', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const child = sandbox.spawn('sleep', ['60'])
    await child[Symbol.asyncDispose]()
    expect(child.signalCode).toBe('SIGKILL')
    await child[Symbol.asyncDispose]()
  })

  test('a command that sees SIGKILL of one of its children goes on', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    expect(await sandbox.exec('sh', ['-c', 'sh -c "kill -9 \\$\\$"; echo $?'])).toMatchObject({
      stdout: '137\n',
      exitCode: 0,
    })
  })
})
