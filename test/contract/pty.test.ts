/** The shape of node-pty: written against its description alone. */
import { expect, test } from 'vitest'
import { asPty } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

/** As in node-pty 1.x. */
interface IPty {
  readonly pid: number
  readonly cols: number
  readonly rows: number
  readonly process: string
  handleFlowControl: boolean
  readonly onData: (listener: (e: string) => unknown) => { dispose(): void }
  readonly onExit: (listener: (e: { exitCode: number; signal?: number }) => unknown) => { dispose(): void }
  resize(columns: number, rows: number): void
  clear(): void
  write(data: string | Buffer): void
  kill(signal?: string): void
  pause(): void
  resume(): void
}

/** What an addon of a front end does with one. */
function attach(pty: IPty) {
  const shown = { text: '', exits: [] as Array<{ exitCode: number; signal?: number }>, textAtExit: '' }
  pty.onData((data) => {
    expect(typeof data).toBe('string')
    shown.text += data
  })
  const exited = new Promise<void>((resolve) => {
    pty.onExit((exit) => {
      shown.exits.push(exit)
      shown.textAtExit = shown.text
      resolve()
    })
  })
  return { shown, exited }
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('data, then exit, with everything that was shown before', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('/bin/sh', ['-c', 'read line; seq 20000; echo "got $line"; exit 3'], { tty: {} })
    const pty: IPty = asPty(child)
    const { shown, exited } = attach(pty)
    expect([pty.pid, pty.cols, pty.rows, pty.process]).toEqual([child.pid, 80, 24, 'sh'])
    pty.write('line\r')
    await exited
    expect(shown.exits).toEqual([{ exitCode: 3 }])
    expect(shown.textAtExit).toMatch(/^line\r\n1\r\n.*\n20000\r\ngot line\r\n$/s)
    expect(shown.text).toBe(shown.textAtExit)
  })

  test('characters are never cut', async () => {
    const { sandbox } = await openWorkspace(backend)
    const script = "printf '\\342'; sleep 0.1; printf '\\202'; sleep 0.1; printf '\\254 and \\303'"
    const { shown, exited } = attach(asPty(sandbox.spawn('sh', ['-c', script], { tty: {} })))
    await exited
    expect(shown.text).toBe('\u20ac and \ufffd')
  })

  test('resize, pause and resume, clear', async () => {
    const { sandbox } = await openWorkspace(backend)
    const pty = asPty(sandbox.spawn('sh', ['-c', 'read go; stty size; exec cat'], { tty: {} }))
    const { shown, exited } = attach(pty)
    pty.resize(120, 40)
    expect([pty.cols, pty.rows]).toEqual([120, 40])
    pty.clear()
    pty.write(Buffer.from('go\n'))
    await expect.poll(() => shown.text, { timeout: 5000 }).toContain('40 120')
    pty.pause()
    pty.write('later\n')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(shown.text).not.toContain('later')
    pty.resume()
    await expect.poll(() => shown.text, { timeout: 5000 }).toContain('later')
    pty.kill()
    await exited
    expect(shown.exits).toEqual([{ exitCode: 0, signal: 1 }])
  })

  test('a listener that is disposed of hears no more', async () => {
    const { sandbox } = await openWorkspace(backend)
    const pty = asPty(sandbox.spawn('sh', ['-c', 'echo one; read go; echo two'], { tty: {} }))
    const { shown, exited } = attach(pty)
    let heard = ''
    const listening = pty.onData((data) => {
      heard += data
    })
    await expect.poll(() => shown.text, { timeout: 5000 }).toContain('one')
    listening.dispose()
    pty.write('go\n')
    await exited
    expect(shown.text).toContain('two')
    expect(heard).toBe('one\r\n')
  })

  test('a command without terminal has none', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('true')
    expect(() => asPty(child)).toThrow(TypeError)
    await new Promise((resolve) => child.once('close', resolve))
  })
})
