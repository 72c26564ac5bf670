/** Job control of an interactive shell on a terminal. */
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { Screen } from '../support/screens.js'

const CTRL_C = '\x03'
const CTRL_D = '\x04'
const CTRL_Z = '\x1a'
const CTRL_BACKSLASH = '\x1c'

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  async function shell(): Promise<Screen> {
    const { sandbox } = await openWorkspace(backend)
    const screen = new Screen(sandbox.spawn('sh', ['-i'], { tty: {}, env: { PS1: 'prompt> ' } }))
    await screen.see(/prompt> /)
    expect(screen.text).not.toMatch(/job control/)
    return screen
  }

  test('jobs, bg and fg', async () => {
    const screen = await shell()
    screen.type('sleep 60 &\n')
    await screen.see(/prompt> /)
    screen.type('jobs\n')
    await screen.see(/\[1\] .*Running.*sleep 60/)
    screen.type('fg\n')
    await screen.see(/fg\r\nsleep 60/)
    screen.type(CTRL_Z)
    await screen.see(/Stopped/)
    screen.type('bg\n')
    await screen.see(/prompt> /)
    screen.type('jobs\n')
    await screen.see(/Running/)
    screen.type('kill %1; wait; exit 3\n')
    expect(await screen.closed()).toBe(3)
  })

  test('Ctrl-C ends the foreground job, and the shell goes on', async () => {
    const screen = await shell()
    screen.type('sleep 60\n')
    await screen.see(/sleep 60\r\n/)
    // The shell has handed the terminal over when the job is its foreground.
    await new Promise((resolve) => setTimeout(resolve, 100))
    screen.type(CTRL_C)
    await screen.see(/\^C/)
    screen.type('echo "code $?"\n')
    await screen.see(/code 130\r\n/)
    screen.type('exit 4\n')
    expect(await screen.closed()).toBe(4)
  })

  test('Ctrl-C reaches a command without shell, and Ctrl-\\ too', async () => {
    const { sandbox } = await openWorkspace(backend)
    for (const [typed, signal] of [
      [CTRL_C, 'SIGINT'],
      [CTRL_BACKSLASH, 'SIGQUIT'],
    ] as const) {
      const child = sandbox.spawn('sh', ['-c', 'ulimit -c 0; echo ready; exec sleep 60'], { tty: {} })
      const screen = new Screen(child)
      await screen.see(/ready/)
      screen.type(typed)
      expect(await screen.closed()).toBe(signal)
    }
  })

  test('Ctrl-D ends the input', async () => {
    const screen = await shell()
    screen.type('cat && echo "cat ended"\n')
    await screen.see(/ended"\r\n/)
    screen.type(`line\n${CTRL_D}`)
    await screen.see(/line\r\nline\r\ncat ended/)
    screen.type(CTRL_D)
    expect(await screen.closed()).toBe(0)
  })

  test('the hang-up of a terminal ends a shell', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-i'], { tty: {}, env: { PS1: 'prompt> ' } })
    const screen = new Screen(child)
    await screen.see(/prompt> /)
    const closed = screen.closed()
    child.stdout.destroy()
    expect(await closed).toBe('SIGHUP')
  })

  test('bash reads its line by the keys of a terminal', async () => {
    const { sandbox } = await openWorkspace(backend)
    const env = { TERM: 'dumb', PS1: 'prompt> ', HOME: '/' }
    const screen = new Screen(sandbox.spawn('bash', ['--norc', '-i'], { tty: {}, env }))
    await screen.see(/prompt> /)
    expect(screen.text).not.toMatch(/job control/)
    // Typed, then the cursor to the start, then in front of it.
    screen.type('ho there\x01ec\n')
    await screen.see(/\r\nthere\r\n/)
    screen.type('exit 6\n')
    expect(await screen.closed()).toBe(6)
  })
})
