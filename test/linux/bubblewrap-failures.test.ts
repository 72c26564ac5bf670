/** What bwrap itself does wrong is an error of the sandbox, never the command's success. Nothing is read from text. */
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { Sandbox, type SandboxError } from '../../lib/index.js'
import { temporaryDirectory } from '../support/sandboxes.js'
import { makeTree, plainPolicyOf } from './support/attempts.js'
import { needBackends } from './support/need.js'
import { makeBubblewrap } from './support/old-bubblewrap.js'

const { EACCES, ENOENT, ENOEXEC } = constants.errno

beforeEach((context) => needBackends(context, ['bubblewrap']))

/** A bwrap that works until `fail()`; from then on it runs `code` first. */
async function openFailing(code: string) {
  const tree = makeTree()
  const directory = temporaryDirectory()
  const trigger = join(directory, 'fail')
  const executable = makeBubblewrap(directory, { before: `if [ -e ${trigger} ]; then\n${code}\nfi` })
  const sandbox = await Sandbox.create({
    policy: plainPolicyOf(tree),
    cwd: tree.work,
    stateDirectory: tree.state,
    backend: 'bubblewrap',
    bubblewrapPath: executable,
  })
  const marker = join(tree.work, 'marker')
  const command = () => sandbox.exec('sh', ['-c', `echo x > ${marker}`])
  return { executable, sandbox, marker, command, fail: () => writeFileSync(trigger, '') }
}

/** The command ran before, and does not now. */
async function failureOf(code: string): Promise<SandboxError> {
  const { command, fail, marker, sandbox } = await openFailing(code)
  expect(await command()).toMatchObject({ exitCode: 0 })
  expect(existsSync(marker)).toBe(true)
  rmSync(marker)
  fail()
  const failure = await command().then(
    (result) => expect.fail(`no error, but ${JSON.stringify(result)}`),
    (error: SandboxError) => error,
  )
  expect(existsSync(marker)).toBe(false)
  await sandbox.close()
  return failure
}

const FAILED = { code: 'SANDBOX_SETUP_FAILED', backend: 'bubblewrap' }

describe('bwrap ends before it has made namespaces', () => {
  test.each([
    ['with 1 and a message', 'echo "bwrap: Creating new namespace failed" >&2; exit 1'],
    ['with 0, as if all were well', 'exit 0'],
    ['with the exit code of a command', 'exit 7'],
    ['with a message that looks like success', 'echo "{ \\"exit-code\\": 0 }"; exit 0'],
  ])('%s', async (_, code) => {
    expect(await failureOf(code)).toMatchObject({ ...FAILED, stage: 'linux.bubblewrap.namespaces' })
  })
})

describe('bwrap ends after it has made namespaces', () => {
  const child = 'echo "{ \\"child-pid\\": 99999999 }" >/proc/self/fd/$status'

  test.each([
    ['with 1', `${child}; exit 1`],
    ['with 0', `${child}; exit 0`],
  ])('%s', async (_, code) => {
    expect(await failureOf(code)).toMatchObject({ ...FAILED, stage: 'linux.bubblewrap.setup' })
  })
})

test('bwrap says that the command has ended, which never started', async () => {
  const code = 'echo "{ \\"child-pid\\": 99999999 }{ \\"exit-code\\": 0 }" >/proc/self/fd/$status; exit 0'
  expect(await failureOf(code)).toMatchObject({ code: 'SANDBOX_HELPER_FAILED', stage: 'linux.helper.lost' })
})

test.each(['KILL', 'SEGV', 'TERM'])('bwrap dies by SIG%s', async (signal) => {
  const failure = await failureOf(`kill -${signal} $$`)
  expect(failure).toMatchObject({ code: expect.stringMatching(/SETUP_FAILED|HELPER_FAILED/) })
})

test('bwrap runs another program in place of the launcher', async () => {
  const failure = await failureOf('exec true')
  expect(failure).toMatchObject({ ...FAILED, stage: 'linux.bubblewrap.namespaces' })
})

test('bwrap does not end: the timeout ends it, and what it has started', async () => {
  const { sandbox, fail, marker } = await openFailing('sleep 1000 & wait')
  fail()
  const result = await sandbox.exec('sh', ['-c', `echo x > ${marker}`], { timeout: 300 })
  expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL', failed: true })
  expect(existsSync(marker)).toBe(false)
  await sandbox.close()
})

describe('bwrap cannot be executed: the numbers of execve()', () => {
  const CASES: Array<[string, number, (executable: string) => void]> = [
    ['it was removed', ENOENT, (executable) => rmSync(executable)],
    ['it may not be executed', EACCES, (executable) => chmodSync(executable, 0o644)],
    ['it is no program', ENOEXEC, (executable) => writeFileSync(executable, 'noise')],
  ]

  test.each(CASES)('%s', async (_, errno, change) => {
    const { executable, command, marker, sandbox } = await openFailing(':')
    change(executable)
    await expect(command()).rejects.toMatchObject({
      ...FAILED,
      stage: 'linux.bubblewrap.exec',
      syscall: 'execve',
      errno,
      path: executable,
    })
    expect(existsSync(marker)).toBe(false)
    await sandbox.close()
  })
})

test('a command that is killed while bwrap sets up is gone with everything of it when close comes', async () => {
  const { sandbox, command } = await openFailing(':')
  await command()
  const seconds = `1000.${process.pid}`
  for (let attempt = 0; attempt < 20; attempt++) {
    const child = sandbox.spawn('sleep', [seconds], { stdio: 'ignore' })
    const closed = once(child, 'close')
    await setTimeout(attempt / 2)
    child.kill('SIGKILL')
    await closed
    expect(processesNamed(`sleep ${seconds}`)).toEqual([])
  }
  const child = sandbox.spawn('sleep', [seconds], { stdio: 'ignore' })
  await vi.waitFor(() => expect(processesNamed(`sleep ${seconds}`)).toHaveLength(1))
  child.kill('SIGKILL')
  await once(child, 'close')
  await sandbox.close()
})

function processesNamed(command: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === command
    } catch {
      return false
    }
  })
}
