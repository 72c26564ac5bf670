import { once } from 'node:events'
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Sandbox, SandboxError, type SpawnOptions } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace, temporaryDirectory } from '../support/sandboxes.js'

const { errno } = constants

/** The error of a command that does not start, and that `close` comes after it with Node's exit code for it. */
async function failureOf(sandbox: Sandbox, command: string, args: string[] = [], options: SpawnOptions = {}) {
  const child = sandbox.spawn(command, args, options)
  const events: string[] = []
  child.on('spawn', () => events.push('spawn'))
  child.on('exit', () => events.push('exit'))
  const error = await new Promise<Error>((resolve) => child.once('error', resolve))
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect(events).toEqual([])
  expect(error).toBeInstanceOf(SandboxError)
  const failure = error as SandboxError
  expect(code).toBe(-(failure.errno ?? 1))
  expect(child.kill()).toBe(false)
  return failure
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('a program that is not there', async () => {
    const { sandbox } = await openWorkspace(backend)
    for (const command of ['no-such-program', './no-such-program', '/no/such/program']) {
      expect(await failureOf(sandbox, command)).toMatchObject({
        code: 'SANDBOX_PROGRAM_NOT_FOUND',
        stage: 'posix.exec',
        backend,
        syscall: 'execve',
        errno: errno.ENOENT,
        path: command,
        message: `program not found: ${command} (posix.exec: execve ENOENT)`,
      })
    }
  })

  test('a script whose interpreter is not there', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    writeFileSync(join(work, 'script'), '#!/no/such/interpreter\n', { mode: 0o755 })
    expect(await failureOf(sandbox, './script')).toMatchObject({
      code: 'SANDBOX_PROGRAM_NOT_FOUND',
      errno: errno.ENOENT,
    })
  })

  test('a file that may not be executed, a directory', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    writeFileSync(join(work, 'plain'), 'text', { mode: 0o644 })
    mkdirSync(join(work, 'directory'))
    for (const command of ['./plain', './directory']) {
      const expected = { code: 'SANDBOX_PERMISSION_DENIED', stage: 'posix.exec', errno: errno.EACCES, path: command }
      expect(await failureOf(sandbox, command)).toMatchObject(expected)
    }
  })

  test('a file that is no program', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    writeFileSync(join(work, 'noise'), Buffer.from([0, 1, 2, 3]), { mode: 0o755 })
    expect(await failureOf(sandbox, './noise')).toMatchObject({
      code: 'SANDBOX_EXEC_FAILED',
      errno: errno.ENOEXEC,
      hint: expect.stringContaining('#!'),
    })
  })

  test('a loop of links, a path through a file, a name that is too long', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    symlinkSync('loop', join(work, 'loop'))
    writeFileSync(join(work, 'file'), '')
    for (const [command, number] of [
      ['./loop', errno.ELOOP],
      ['./file/program', errno.ENOTDIR],
      [`./${'x'.repeat(300)}`, errno.ENAMETOOLONG],
      ['x'.repeat(300), errno.ENAMETOOLONG],
    ] as const) {
      expect(await failureOf(sandbox, command)).toMatchObject({
        code: 'SANDBOX_EXEC_FAILED',
        stage: 'posix.exec',
        errno: number,
      })
    }
  })

  test('an argument list that is too long', async () => {
    const { sandbox } = await openWorkspace(backend)
    const args = ['x'.repeat(200_000)]
    expect(await failureOf(sandbox, 'true', args)).toMatchObject({ code: 'SANDBOX_EXEC_FAILED', errno: errno.E2BIG })
  })

  test('a working directory that is missing, or a file', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    writeFileSync(join(work, 'file'), '')
    for (const [cwd, number] of [
      ['missing', errno.ENOENT],
      ['file', errno.ENOTDIR],
    ] as const) {
      expect(await failureOf(sandbox, 'true', [], { cwd })).toMatchObject({
        code: 'SANDBOX_SETUP_FAILED',
        stage: 'linux.command.chdir',
        syscall: 'chdir',
        errno: number,
        path: join(work, cwd),
      })
    }
  })

  test('exec rejects with the same error', async () => {
    const { sandbox } = await openWorkspace(backend)
    await expect(sandbox.exec('no-such-program')).rejects.toMatchObject({ code: 'SANDBOX_PROGRAM_NOT_FOUND', backend })
  })

  test('the streams of a command that did not start end', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('no-such-program')
    child.on('error', () => {})
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
    const chunks: Buffer[] = []
    for await (const chunk of child.stdout) chunks.push(chunk)
    expect(chunks).toEqual([])
    await closed
    expect(child.stdin.destroyed).toBe(true)
  })

  test('a closed sandbox starts nothing, and close waits for what runs', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', 'read line'])
    let closed = false
    const closing = sandbox.close().then(() => {
      closed = true
    })
    expect(() => sandbox.spawn('true')).toThrow(
      expect.objectContaining({ code: 'SANDBOX_CLOSED', stage: 'sandbox.closed' }),
    )
    await expect(sandbox.exec('true')).rejects.toMatchObject({ code: 'SANDBOX_CLOSED' })
    await once(child, 'spawn')
    expect(closed).toBe(false)
    child.stdin.end('\n')
    await closing
    expect(child.exitCode).toBe(0)
    await sandbox.close()
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('a writable root that was removed after the sandbox was created', async () => {
    const root = temporaryDirectory()
    const { sandbox } = await openWorkspace(backend, { filesystem: { [root]: 'write' } })
    expect(await sandbox.exec('true')).toMatchObject({ exitCode: 0 })
    rmSync(root, { recursive: true })
    expect(await failureOf(sandbox, 'true')).toMatchObject({ code: 'SANDBOX_SETUP_FAILED', backend })
  })
})

test('a root that may not be entered is an error of create', async () => {
  const { Sandbox } = await import('../../lib/index.js')
  const work = temporaryDirectory()
  writeFileSync(join(work, 'file'), '')
  chmodSync(work, 0o755)
  for (const [cwd, number] of [
    [join(work, 'missing'), errno.ENOENT],
    [join(work, 'file'), errno.ENOTDIR],
  ] as const) {
    await expect(Sandbox.create({ policy: 'read-only', cwd })).rejects.toMatchObject({
      code: 'SANDBOX_PATH_UNRESOLVABLE',
      errno: number,
    })
  }
})
