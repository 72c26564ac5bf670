/** `run --tty` on a real terminal, which is looked at before, meanwhile and afterwards. */
import { execFileSync } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildCli, CLI, makeScratch, ONLY_CWD, ringfence, type Scratch } from '../support/cli.js'

beforeAll(buildCli, 120_000)

let scratch: Scratch
beforeEach(() => {
  scratch = makeScratch()
})
afterEach(() => scratch.remove())

interface Step {
  see: string
  type?: string
  signal?: number
  size?: [rows: number, columns: number]
  note?: string
}

interface Seen {
  /** -n: ended by signal n. */
  code: number
  shown: string
  /** The attributes of the terminal, before and after. */
  same: boolean
  notes: Record<string, { raw: boolean }>
  /** Steps whose text was never shown. */
  left: Step[]
}

const OUTER = fileURLToPath(new URL('../fixtures/outer-terminal.py', import.meta.url))

function onTerminal(command: readonly string[], steps: readonly Step[] = []): Seen {
  const output = execFileSync('python3', [OUTER, JSON.stringify(steps), ...command], {
    cwd: scratch.work,
    encoding: 'utf8',
  })
  return JSON.parse(output) as Seen
}

function run(options: readonly string[], command: readonly string[], steps?: readonly Step[]): Seen {
  return onTerminal([process.execPath, CLI, 'run', ...ONLY_CWD, ...options, '--', ...command], steps)
}

const PROMPT = ['--env', 'PS1=prompt> ']

const { SIGTERM, SIGHUP, SIGKILL } = constants.signals

test('the command has a terminal of the size of the caller', () => {
  const seen = run(['--tty'], ['sh', '-c', 'tty; stty size; exit 5'])
  expect(seen).toMatchObject({ code: 5, same: true, left: [] })
  expect(seen.shown).toMatch(/^\/dev\/pts\/\d+\r\n33 111\r\n$/)
})

test('a shell with job control; the terminal of the caller is raw meanwhile and as before afterwards', () => {
  const seen = run(
    ['-t', ...PROMPT],
    ['sh', '-i'],
    [
      { see: 'prompt> ', type: 'sleep 60\r', note: 'meanwhile' },
      { see: 'sleep 60\r\n' },
      { see: '', type: '\x1a' },
      { see: 'Stopped', type: 'fg\r' },
      { see: 'fg\r\nsleep 60\r\n', type: '\x03' },
      { see: 'prompt> ', type: 'exit 7\r' },
    ],
  )
  expect(seen).toMatchObject({ code: 7, same: true, left: [], notes: { meanwhile: { raw: true } } })
})

test('the size follows that of the caller', () => {
  const script = "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.02; done"
  const seen = run(['-t'], ['sh', '-c', script], [{ see: 'ready', size: [20, 50] }])
  expect(seen).toMatchObject({ code: 0, same: true })
  expect(seen.shown).toContain('20 50')
})

test('what a program draws arrives as it is', () => {
  const seen = run(['-t'], ['sh', '-c', "stty -opost; printf 'down\\nonly'"])
  expect(seen).toMatchObject({ code: 0, same: true, shown: 'down\nonly' })
})

test.each([
  ['SIGTERM', SIGTERM, 143],
  ['SIGHUP', SIGHUP, 129],
] as const)('%s: the terminal of the caller is as before', (_, signal, code) => {
  const script = 'echo ready; exec sleep 60'
  const seen = run(['-t'], ['sh', '-c', script], [{ see: 'ready', signal, note: 'meanwhile' }])
  expect(seen).toMatchObject({ code, same: true, left: [], notes: { meanwhile: { raw: true } } })
})

test('SIGHUP ends a shell, which takes no notice of SIGTERM', () => {
  const seen = run(
    ['-t', ...PROMPT],
    ['sh', '-i'],
    [
      { see: 'prompt> ', signal: SIGTERM },
      { see: '', signal: SIGHUP },
    ],
  )
  expect(seen).toMatchObject({ code: 129, same: true, left: [] })
})

test('a command that does not run, and one that is out of time', () => {
  expect(run(['-t'], ['/no/such/program'])).toMatchObject({ code: 127, same: true })
  expect(run(['-t', '--timeout', '300'], ['sleep', '60'])).toMatchObject({ code: 124, same: true })
})

test('an exception that nobody catches: the terminal of the caller is as before', () => {
  // What happens in the middle of a run, here by a module that is loaded before.
  const crash = 'data:text/javascript,setTimeout(()=>{throw new Error("unexpected")},1000)'
  const command = ['--import', crash, CLI, 'run', ...ONLY_CWD, '-t', '--', 'sh', '-c', 'echo ready; sleep 60']
  const seen = onTerminal([process.execPath, ...command], [{ see: 'ready', note: 'meanwhile' }])
  expect(seen).toMatchObject({ code: 125, same: true, notes: { meanwhile: { raw: true } } })
  expect(seen.shown).toContain('unexpected')
})

test('control: the outer terminal sees a mode that is left behind', () => {
  expect(onTerminal(['stty', 'raw'])).toMatchObject({ code: 0, same: false })
  // Nobody can give it back then.
  const seen = run(['-t'], ['sh', '-c', 'echo ready; sleep 60'], [{ see: 'ready', signal: SIGKILL }])
  expect(seen).toMatchObject({ code: -SIGKILL, same: false })
})

test('without a terminal: 80 x 24, what comes is typed, and its end is Ctrl-D', async () => {
  const command = ['run', ...ONLY_CWD, '--tty', '--', 'sh', '-c', 'stty -echo; stty size; cat; exit 3']
  const { code, stdout } = await ringfence(command, { cwd: scratch.work, input: 'typed\n' })
  expect([code, stdout.replace(/typed\r\n(?=.*typed)/s, '')]).toEqual([3, '24 80\r\ntyped\r\n'])
})

test('the terminal of the caller cannot be reached by /dev/tty', () => {
  const attempt = ['sh', '-c', 'echo reached > /dev/tty']
  expect(run([], attempt).shown).not.toMatch(/^reached/m)
  const sizes = ['sh', '-c', 'stty size < /dev/tty; exec 0<&- 1>&- 2>&-; stty cols 60 < /dev/tty']
  // Its own it does reach, and only that.
  expect(run(['-t'], sizes)).toMatchObject({ code: 0, same: true, shown: '33 111\r\n' })
  // Control: without the fence it is reached.
  expect(onTerminal(attempt).shown).toBe('reached\r\n')
})
