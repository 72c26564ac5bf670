/**
 * Terminals of others: that of another command, and putting input back into one's own (TIOCSTI on an open terminal, which
 * the reader of what the terminal shows might take for typed).
 * Seen failing without: a /dev/pts of each slot (`RenewDevices`), TerminalRequests() in the filter.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { Screen } from '../support/screens.js'

const TYPE_BACK = `
import fcntl, termios
try:
    fcntl.ioctl(0, termios.TIOCSTI, b"x")
    print("done")
except OSError as error:
    print("errno", error.errno)
`

const EPERM = 'errno 1'

async function waitingCommand(sandbox: Sandbox): Promise<{ screen: Screen; name: string }> {
  const screen = new Screen(sandbox.spawn('sh', ['-c', 'tty; read line; echo "got $line"'], { tty: {} }))
  const [, name = ''] = await screen.see(/(\/dev\/pts\/\d+)\r\n/)
  return { screen, name }
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('a command cannot put input into its terminal', async () => {
    const { sandbox } = await openWorkspace(backend)
    const { stdout } = await sandbox.exec('python3', ['-c', TYPE_BACK], { tty: {} })
    expect(stdout).toContain(EPERM)
    // Control: on the host the kernel itself decides, which knows another answer (EIO) where it is turned off.
    const host = `import pty; pty.spawn(["python3", "-c", ${JSON.stringify(TYPE_BACK)}])`
    const outside = execFileSync('python3', ['-c', host], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
    expect(outside).toMatch(/done|errno 5/)
  })

  test('a command cannot write into the terminal of another one', async () => {
    const { sandbox } = await openWorkspace(backend)
    const { screen, name } = await waitingCommand(sandbox)
    const intrude = ['-c', `(echo intruder > ${name}) 2>/dev/null; :`]
    await sandbox.exec('sh', intrude)
    await sandbox.exec('sh', intrude, { tty: {} })
    screen.type('line\n')
    expect(await screen.closed()).toBe(0)
    expect(screen.text).not.toContain('intruder')
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('a command sees no terminal but its own', async () => {
    const { sandbox } = await openWorkspace(backend)
    const { screen } = await waitingCommand(sandbox)
    expect((await sandbox.exec('ls', ['/dev/pts'])).stdout).toBe('ptmx\n')
    expect((await sandbox.exec('sh', ['-c', 'ls /dev/pts | cat'], { tty: {} })).stdout).toBe('0\r\nptmx\r\n')
    screen.type('line\n')
    expect(await screen.closed()).toBe(0)
  })
})

describeBackends(['namespaces'], (backend) => {
  test('control: commands of a session share their terminals', async () => {
    const { sandbox } = await openWorkspace(backend, undefined, { isolation: 'session' })
    const { screen, name } = await waitingCommand(sandbox)
    await sandbox.exec('sh', ['-c', `echo intruder > ${name}`])
    await screen.see(/intruder/)
    screen.type('line\n')
    expect(await screen.closed()).toBe(0)
  })
})

describeBackends(['landlock'], (backend) => {
  test('control: the host reaches the terminal that a command under Landlock does not', async () => {
    const { sandbox } = await openWorkspace(backend)
    const { screen, name } = await waitingCommand(sandbox)
    writeFileSync(name, 'host\n')
    await screen.see(/host/)
    screen.type('line\n')
    expect(await screen.closed()).toBe(0)
  })
})
