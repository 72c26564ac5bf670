import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PolicyError, type SpawnOptions } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { Screen } from '../support/screens.js'

const TTY = { tty: { columns: 100, rows: 30 } }

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('0, 1 and 2 are a terminal of the given size, which has a name', async () => {
    const { sandbox } = await openWorkspace(backend)
    const script = 'test -t 0 && test -t 1 && test -t 2 && stty size && n=$(tty) && test -c "$n" && echo "$n"'
    const child = sandbox.spawn('sh', ['-c', script], TTY)
    expect([child.stderr, child.stdio]).toEqual([null, [child.stdin, child.stdout, null]])
    const screen = new Screen(child)
    expect(await screen.closed()).toBe(0)
    expect(screen.text).toMatch(/^30 100\r\n\/dev\/pts\/\d+\r\n$/)
  })

  test('without a size it is 80 x 24', async () => {
    const { sandbox } = await openWorkspace(backend)
    expect((await sandbox.exec('stty', ['size'], { tty: {} })).stdout).toBe('24 80\r\n')
    expect(sandbox.spawn('true', { tty: { rows: 50 } }).tty).toEqual({ columns: 80, rows: 50 })
  })

  test('it is the controlling terminal of a session that the command leads', async () => {
    const { sandbox } = await openWorkspace(backend)
    const script = 'echo seen > /dev/tty; set -- $(cat /proc/$$/stat); echo "$1 $5 $6 $8"; test "$7" -ne 0'
    const { exitCode, stdout } = await sandbox.exec('sh', ['-c', script], TTY)
    // pid, process group, session, foreground process group of the terminal
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^seen\r\n(\d+) \1 \1 \1\r\n$/)])
    // Control: without it there is none.
    const without = await sandbox.exec('sh', ['-c', 'echo seen > /dev/tty'])
    expect([without.exitCode, without.stdout]).toEqual([2, ''])
  })

  test('a command gets its terminal and no other descriptor', async () => {
    const { sandbox } = await openWorkspace(backend)
    const { stdout } = await sandbox.exec('sh', ['-c', 'ls -1 /proc/self/fd'], TTY)
    // ls has the directory itself open as the fourth.
    expect(stdout).toBe('0\r\n1\r\n2\r\n3\r\n')
  })

  test('resize tells the command by SIGWINCH', async () => {
    const { sandbox } = await openWorkspace(backend)
    const script = "trap 'stty size' WINCH; echo ready; while :; do sleep 0.02; done"
    const child = sandbox.spawn('sh', ['-c', script], TTY)
    const screen = new Screen(child)
    await screen.see(/ready/)
    child.resize(42, 17)
    await screen.see(/17 42\r\n/)
    expect(child.tty).toEqual({ columns: 42, rows: 17 })
    child.kill('SIGKILL')
    expect(await screen.closed()).toBe('SIGKILL')
    child.resize(1, 1)
  })

  test('a resize before the command runs is not lost', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', 'read go; stty size'], TTY)
    child.resize(33, 22)
    const screen = new Screen(child)
    screen.type('go\n')
    await screen.see(/22 33\r\n/)
    expect(await screen.closed()).toBe(0)
  })

  test('an exit code and a signal come back, and the output of before is whole', async () => {
    const { sandbox } = await openWorkspace(backend)
    for (const [script, end] of [
      ['echo last; exit 7', 7],
      ['echo last; kill -TERM $$', 'SIGTERM'],
    ] as const) {
      const screen = new Screen(sandbox.spawn('sh', ['-c', script], TTY))
      expect(await screen.closed()).toBe(end)
      expect(screen.text).toBe('last\r\n')
    }
  })

  test('exit comes before the end of the output, close after it', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', 'echo out'], TTY)
    const events: string[] = []
    for (const event of ['spawn', 'exit', 'close'] as const) child.on(event, () => events.push(event))
    child.stdout.on('end', () => events.push('end')).resume()
    await once(child, 'close')
    expect(events).toEqual(['spawn', 'exit', 'end', 'close'])
  })

  test('close comes when nobody reads', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', 'seq 100'], TTY)
    expect(await once(child, 'close')).toEqual([0, null])
  })

  test('a program that is missing is an error event, and the streams end', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('no-such-program', TTY)
    const ended = once(child.stdout.resume(), 'end')
    const closed = new Promise((resolve) => child.once('close', resolve))
    expect((await once(child, 'error'))[0]).toMatchObject({ code: 'SANDBOX_PROGRAM_NOT_FOUND' })
    await Promise.all([ended, closed])
    expect(child.stdin.destroyed).toBe(true)
  })

  test('killed at any moment, it ends and leaves no descriptor', async () => {
    const { sandbox } = await openWorkspace(backend)
    await sandbox.exec('true', TTY)
    const before = readdirSync('/proc/self/fd').length
    for (let delay = 0; delay < 20; delay++) {
      const child = sandbox.spawn('sh', ['-c', 'yes'], TTY)
      child.stdout.resume()
      setTimeout(() => child.kill('SIGKILL'), delay)
      expect(await once(child, 'close')).toEqual([null, 'SIGKILL'])
    }
    // The control sockets of slots come and go.
    await expect.poll(() => readdirSync('/proc/self/fd').length, { timeout: 5000 }).toBeLessThanOrEqual(before + 2)
  })

  test.each<[string, SpawnOptions, RegExp]>([
    ['a size of 0', { tty: { columns: 0 } }, /options\.tty\.columns/],
    ['a size beyond 16 bits', { tty: { rows: 65_536 } }, /options\.tty\.rows/],
    ['a size that is no number', { tty: { rows: '24' } as never }, /options\.tty\.rows/],
    ['a terminal that is no object', { tty: true as never }, /options\.tty/],
    ['inherited streams', { tty: {}, stdio: 'inherit' }, /options\.stdio\[0\]/],
    ['an ignored stream', { tty: {}, stdio: ['pipe', 'pipe', 'ignore'] }, /options\.stdio\[2\]/],
  ])('%s is refused with a TypeError', async (_, options, message) => {
    const { sandbox } = await openWorkspace(backend)
    const spawn = () => sandbox.spawn('true', [], options)
    expect(spawn).toThrow(TypeError)
    expect(spawn).toThrow(message)
    expect(spawn).not.toThrow(PolicyError)
  })

  test('a command without terminal has no size', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('true')
    expect(child.tty).toBeUndefined()
    expect(() => child.resize(80, 24)).toThrow(TypeError)
    await once(child, 'close')
  })
})

describeBackends(['namespaces'], (backend) => {
  test('in a session the terminal is one of the session', async () => {
    const { sandbox } = await openWorkspace(backend, undefined, { isolation: 'session' })
    const { exitCode, stdout } = await sandbox.exec('sh', ['-c', 'test -c "$(tty)" && tty && stty size'], TTY)
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^\/dev\/pts\/\d+\r\n30 100\r\n$/)])
  })
})
