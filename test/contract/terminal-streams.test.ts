/** What goes through a terminal: much of it, slowly, and to its end. */
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { Screen } from '../support/screens.js'

const RAW = 'stty raw -echo'

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('10 MB of output are complete', async () => {
    const { sandbox } = await openWorkspace(backend)
    const { stdout, exitCode } = await sandbox.exec('sh', ['-c', `${RAW}; seq -w 1250000`], { tty: {} })
    expect(exitCode).toBe(0)
    expect(stdout.length).toBe(10_000_000)
    const lines = stdout.split('\n')
    expect(lines.every((line, index) => index === 1_250_000 || Number(line) === index + 1)).toBe(true)
  })

  test('a slow reader gets everything, and the command waits for it', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', `${RAW}; seq -w 625000`], { tty: {} })
    let [bytes, exited] = [0, false]
    child.once('exit', () => {
      exited = true
    })
    // More than what is kept in memory.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(exited).toBe(false)
    for await (const chunk of child) bytes += chunk.length
    expect(bytes).toBe(4_375_000)
  })

  test('input is complete, also when the command reads late and in pieces', async () => {
    const { sandbox } = await openWorkspace(backend)
    const size = 1_000_000
    const script = `${RAW}; echo ready; sleep 0.3; head -c ${size} | cksum`
    const child = sandbox.spawn('sh', ['-c', script], { tty: {} })
    const screen = new Screen(child)
    await screen.see(/ready/)
    const input = Buffer.alloc(size, 'every byte counts, ')
    expect(child.stdin.write(input)).toBe(false)
    await screen.see(/\d+ 1000000/)
    expect(await screen.closed()).toBe(0)
    const expected = await sandbox.exec('cksum', { input })
    expect(screen.text).toContain(expected.stdout.trim())
  })

  test('a line that is too long for the terminal does not stop the input', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', 'stty -echo; echo ready; read line; read next; echo "$next"'], { tty: {} })
    const screen = new Screen(child)
    await screen.see(/ready/)
    screen.type(`${'x'.repeat(100_000)}\nafter it\n`)
    await screen.see(/after it/)
    expect(await screen.closed()).toBe(0)
  })

  test('what is typed before the command runs arrives', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('head', ['-n', '1'], { tty: {} })
    const screen = new Screen(child)
    screen.type('early\n')
    expect(await screen.closed()).toBe(0)
    expect(screen.text).toBe('early\r\nearly\r\n')
  })

  test('end() is Ctrl-D, after a whole line as well as in one', async () => {
    const { sandbox } = await openWorkspace(backend)
    for (const input of ['', 'whole\n', 'begun']) {
      const child = sandbox.spawn('sh', ['-c', 'stty -echo; echo ready; cat; echo .'], { tty: {} })
      const screen = new Screen(child)
      await screen.see(/ready\r\n/)
      child.stdin.end(input)
      expect(await screen.closed()).toBe(0)
      expect(screen.text).toBe(`ready\r\n${input.replace('\n', '\r\n')}.\r\n`)
    }
  })

  test('a command that has closed its descriptors can come back to its terminal', async () => {
    const { sandbox } = await openWorkspace(backend)
    const script = 'exec 0<&- 1>&- 2>&-; sleep 0.1; echo back > /dev/tty'
    expect((await sandbox.exec('sh', ['-c', script], { tty: {} })).stdout).toBe('back\r\n')
  })

  test('exec: one output for both, input and its end are typed', async () => {
    const { sandbox } = await openWorkspace(backend)
    const options = { tty: {}, input: 'typed\n' }
    const result = await sandbox.exec('sh', ['-c', 'stty -echo; cat; echo error >&2; exit 9'], options)
    expect(result).toMatchObject({ exitCode: 9, stderr: '', failed: true })
    expect(result.stdout.replace(/^typed\r\n(?=typed)/, '')).toBe('typed\r\nerror\r\n')
    expect((await sandbox.exec('cat', { tty: {} })).exitCode).toBe(0)
  })

  test('outputBytes counts what a terminal shows', async () => {
    const { sandbox } = await openWorkspace(backend, { limits: { outputBytes: 10_000 } })
    const over = await sandbox.exec('yes', { tty: {} })
    expect(over).toMatchObject({ limit: { kind: 'outputBytes' }, signal: 'SIGKILL' })
    expect(over.stdout.length).toBe(10_000)
    expect((await sandbox.exec('seq', ['100'], { tty: {} })).limit).toBeUndefined()
  })

  test('typing into a terminal whose command has ended is no error', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('true', { tty: {} })
    child.stdout.resume()
    const typing = setInterval(() => child.stdin.destroyed || child.stdin.write('x'), 1)
    await once(child, 'close')
    clearInterval(typing)
    expect(child.exitCode).toBe(0)
  })

  test('a terminal does not keep the JS thread busy while it waits for a command to read', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', `${RAW}; echo ready; sleep 60`], { tty: {} })
    const screen = new Screen(child)
    await screen.see(/ready/)
    child.stdin.write(Buffer.alloc(100_000))
    const before = process.cpuUsage()
    await new Promise((resolve) => setTimeout(resolve, 500))
    const { user, system } = process.cpuUsage(before)
    expect(user + system).toBeLessThan(200_000)
    child.kill('SIGKILL')
    expect(await screen.closed()).toBe('SIGKILL')
  })
})
