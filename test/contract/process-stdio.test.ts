import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { SandboxedProcess, StdioOption } from '../../lib/index.js'
import { describeIsolations } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

function closeOf(child: SandboxedProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
}

describeIsolations(['namespaces', 'bubblewrap', 'landlock'], (backend, isolation) => {
  test('the default is three pipes', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const child = sandbox.spawn('sh', ['-c', 'cat; echo err >&2'])
    expect(child.stdio).toEqual([child.stdin, child.stdout, child.stderr])
    child.stdin.end('in')
    const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), closeOf(child)])
    expect([out, err, code]).toEqual(['in', 'err\n', 0])
  })

  test('stdin is writable only, stdout and stderr are readable only', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const child = sandbox.spawn('cat')
    expect([child.stdin.writable, (child.stdin as unknown as { readable: boolean }).readable]).toEqual([true, false])
    expect([child.stdout.readable, (child.stdout as unknown as { writable: boolean }).writable]).toEqual([true, false])
    child.stdin.end()
    expect(await closeOf(child)).toBe(0)
  })

  test('stdout and stderr can be opened again by their names', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const result = await sandbox.exec('sh', ['-c', 'echo out > /dev/stdout; echo err | tee /dev/stderr >/dev/null'])
    expect(result).toMatchObject({ exitCode: 0, stdout: 'out\n', stderr: 'err\n' })
  })

  test('megabytes go through unchanged, in both directions', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const input = Buffer.alloc(5_000_000, 'ringfence ')
    const result = await sandbox.exec('cat', { input, encoding: 'buffer' })
    expect(result.stdout.equals(input)).toBe(true)
  })

  test('close comes when nobody reads the output', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    expect(await closeOf(sandbox.spawn('sh', ['-c', 'echo nobody reads this']))).toBe(0)
  })

  test('ignore is /dev/null', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const child = sandbox.spawn('sh', ['-c', 'cat && echo unseen'], { stdio: 'ignore' })
    expect(child.stdio).toEqual([null, null, null])
    expect(await closeOf(child)).toBe(0)
  })

  test('descriptors and streams are passed on, as many as there are', async () => {
    const { sandbox, work } = await openWorkspace(backend, {}, { isolation })
    const fd = openSync(join(work, 'by-number'), 'w')
    const file = await open(join(work, 'by-stream'), 'w')
    const stream = file.createWriteStream()
    const child = sandbox.spawn('sh', ['-c', 'echo 1; echo 2 >&2; echo 3 >&3; echo 5 >&5'], {
      stdio: ['ignore', fd, stream, fd, 'ignore', fd],
    })
    expect(await closeOf(child)).toBe(0)
    closeSync(fd)
    stream.destroy()
    expect(readFileSync(join(work, 'by-number'), 'utf8')).toBe('1\n3\n5\n')
    expect(readFileSync(join(work, 'by-stream'), 'utf8')).toBe('2\n')
  })

  test('the output of one command can be the input of another', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const first = sandbox.spawn('sh', ['-c', 'sleep 0.1; echo from the first'])
    const second = sandbox.spawn('cat', { stdio: [first.stdout, 'pipe', 'inherit'] })
    first.stdout.destroy()
    expect(await text(second.stdout as NonNullable<typeof second.stdout>)).toBe('from the first\n')
  })

  test('no other descriptor of this process reaches the command', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const fd = openSync('/etc/hostname', 'r')
    const { stdout } = await sandbox.exec('sh', ['-c', 'ls /proc/self/fd'])
    closeSync(fd)
    // ls has the directory itself open as the fourth.
    expect(stdout).toBe('0\n1\n2\n3\n')
  })

  test.each<[string, unknown, RegExp]>([
    ['an extra pipe', ['pipe', 'pipe', 'pipe', 'pipe'], /options\.stdio\[3\]/],
    ['an extra inherited slot', ['pipe', 'pipe', 'pipe', 'inherit'], /options\.stdio\[3\]/],
    ['ipc', ['pipe', 'pipe', 'pipe', 'ipc'], /options\.stdio\[3\].*'ipc'/],
    ['an unknown word', 'socket', /options\.stdio/],
    ['a negative descriptor', [-1], /options\.stdio\[0\]/],
    ['a stream without descriptor', [{}], /options\.stdio\[0\]/],
    ['an object', {}, /options\.stdio/],
  ])('%s is refused with a TypeError that names the slot', async (_, stdio, message) => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const spawn = () => sandbox.spawn('true', [], { stdio: stdio as StdioOption })
    expect(spawn).toThrow(TypeError)
    expect(spawn).toThrow(message)
  })

  test('a descriptor that is not open is an error event', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    await expect(closeOf(sandbox.spawn('true', [], { stdio: ['ignore', 999, 'ignore'] }))).rejects.toMatchObject({
      code: 'SANDBOX_SETUP_FAILED',
      stage: 'linux.launch.stdio',
      errno: 9,
    })
  })
})

// bwrap itself keeps its stdin open as long as its command runs.
describeIsolations(['namespaces', 'landlock'], (backend, isolation) => {
  test('writing to a command that does not read gives EPIPE on the stream', async () => {
    const { sandbox } = await openWorkspace(backend, {}, { isolation })
    const child = sandbox.spawn('sh', ['-c', 'exec 0<&-; echo closed; sleep 60'])
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const error = new Promise<NodeJS.ErrnoException>((resolve) => child.stdin.once('error', resolve))
    // The launcher lets go of its copy a moment after the command was executed.
    const writing = setInterval(() => child.stdin.write('x'), 20)
    expect((await error).code).toBe('EPIPE')
    clearInterval(writing)
    child.kill('SIGKILL')
    await closeOf(child)
  })
})

test('inherit passes on what this process has', () => {
  const script = `
    import { Sandbox } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)}
    const sandbox = await Sandbox.create({ policy: 'read-only', cwd: '/' })
    const child = sandbox.spawn('cat', [], { stdio: 'inherit' })
    child.once('close', (code) => { process.exitCode = code })
  `
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    input: 'through',
    encoding: 'utf8',
  })
  expect({ stdout, stderr, status }).toEqual({ stdout: 'through', stderr: '', status: 0 })
})
