/**
 * The program of the doctor's checks: tries one thing and says with an uncommon exit code how it went, so that a crash
 * or a missing program can never look like a refusal. Runs inside the fence, and outside of it as the control.
 *
 *     node attempt-main.js ACTION ARG...
 */
import { type StdioOptions, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createConnection, type NetConnectOpts } from 'node:net'
import { fileURLToPath } from 'node:url'
import { ATTEMPT_EXIT } from './attempt-exit.js'

const CONNECT_TIMEOUT_MS = 3000
const BEAT_MS = 20
const DAEMON_START_TIMEOUT_MS = 10_000

type Action = (...args: string[]) => void | Promise<void>

const ACTIONS: Record<string, Action> = {
  read: (path) => void readFileSync(path as string),
  write: (path) => writeFileSync(path as string, 'written\n'),
  create: createAnyKind,
  remove: (path) => rmSync(path as string),
  'remove-directory': (path) => rmdirSync(path as string),
  rename: (from, to) => renameSync(from as string, to as string),
  exit: (code) => process.exit(Number(code)),
  'connect-tcp': (port) => connect({ host: '127.0.0.1', port: Number(port) }),
  'connect-unix': (path) => connect({ path: path as string }),
  find: findProcess,
  kill: (pid, signal) => void process.kill(Number(pid), signal),
  wait: waitForEndOfInput,
  daemonize,
  fork: (beatFile) => startDetached('beat', beatFile as string),
  beat,
}

/** Each way to bring a path into being, and to put something below it where it is there already. */
function createAnyKind(path = ''): void {
  const ways = [
    () => mkdirSync(path),
    () => writeFileSync(path, 'written\n'),
    () => symlinkSync('/', path),
    () => writeFileSync(`${path}/file`, 'written\n'),
  ]
  let refusal: unknown
  for (const way of ways) {
    try {
      way()
      return
    } catch (error) {
      refusal = error
    }
  }
  throw refusal
}

function connect(target: NetConnectOpts): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(target)
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(systemError('ETIMEDOUT')))
    socket.once('error', reject)
    // Something is sent, so that the listener knows a connection of ours from a mere look at who is there.
    socket.once('connect', () => socket.end('reached\n', resolve))
  })
}

/** The token comes in two halves, so that the command line of the search itself does not contain it. */
function findProcess(...halves: string[]): void {
  const token = halves.join('')
  for (const entry of readdirSync('/proc')) {
    if (/^[0-9]+$/.test(entry) && commandLine(entry).includes(token)) return
  }
  throw systemError('ESRCH')
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // It ended meanwhile, or belongs to somebody else and is hidden.
    return ''
  }
}

/** The other arguments only mark the process. Ends by itself when its starter is gone. */
function waitForEndOfInput(): Promise<void> {
  process.stdout.write('waiting\n')
  return new Promise((resolve) => process.stdin.resume().once('end', resolve).once('error', resolve))
}

/** As daemons do: a session of its own, an ancestor that is gone. Comes back when the daemon lives. */
async function daemonize(beatFile = ''): Promise<void> {
  startDetached('fork', beatFile)
  const end = Date.now() + DAEMON_START_TIMEOUT_MS
  while (!existsSync(beatFile)) {
    if (Date.now() > end) throw new Error('the daemon did not start')
    await new Promise((resolve) => setTimeout(resolve, BEAT_MS))
  }
}

function startDetached(action: string, beatFile: string): void {
  const program = fileURLToPath(import.meta.url)
  spawn(process.execPath, [program, action, beatFile], { detached: true, stdio: daemonStdio(beatFile) }).unref()
}

/** Nothing of ours, so that nobody waits for it. On Windows a strict token cannot open NUL for writing. */
function daemonStdio(beatFile: string): StdioOptions {
  if (process.platform !== 'win32') return 'ignore'
  const log = openSync(`${beatFile}.log`, 'a')
  return ['ignore', log, log]
}

/** Writes its process id and the time until the file is gone, so that it ends with its directory at the latest. */
function beat(beatFile = ''): Promise<void> {
  writeFileSync(beatFile, `${process.pid} ${Date.now()}`)
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      try {
        writeFileSync(beatFile, `${process.pid} ${Date.now()}`, { flag: 'r+' })
      } catch {
        clearInterval(timer)
        resolve()
      }
    }, BEAT_MS)
  })
}

function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code })
}

const [name = '', ...args] = process.argv.slice(2)
try {
  const action = ACTIONS[name]
  if (action === undefined) throw new Error(`no such action: ${name}`)
  await action(...args)
  process.exitCode = ATTEMPT_EXIT.allowed
} catch (error) {
  const { code } = error as NodeJS.ErrnoException
  process.stdout.write(`${code ?? String(error)}\n`)
  process.exitCode = typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? ATTEMPT_EXIT.refused : ATTEMPT_EXIT.broken
}
