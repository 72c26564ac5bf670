/** What a command can do to processes of the host, and what is left of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { attemptCommand, attemptFenced, attemptFree } from './attempt.js'
import type { Check, CheckContext, Observation } from './types.js'

const SETTLE_MS = 150
const END_TIMEOUT_MS = 5000

export const PROCESS_CHECKS: readonly Check[] = [
  {
    id: 'host-process-invisible',
    title: 'a process of the host cannot be seen',
    protections: ['processes'],
    observe: (context) => withVictim(context, observeInvisible),
  },
  {
    id: 'host-process-unkillable',
    title: 'a process of the host cannot be ended',
    protections: ['processes'],
    observe: (context) => withVictim(context, observeUnkillable),
  },
  {
    id: 'tree-kill',
    title: 'a daemon that left its session is gone when the command has ended',
    protections: ['processes'],
    observe: observeTreeKill,
  },
]

interface Victim {
  process: ChildProcess
  pid: number
  /** In its command line. */
  token: string
  work: string
}

async function withVictim(
  context: CheckContext,
  observe: (context: CheckContext, victim: Victim) => Promise<Observation>,
): Promise<Observation> {
  const work = join(context.directory, 'work')
  await mkdir(work)
  const token = randomBytes(16).toString('hex')
  const [file, ...args] = attemptCommand('wait', token)
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  try {
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => Promise.reject(new Error('the process to be protected did not start'))),
    ])
    return await observe(context, { process: child, pid: child.pid as number, token, work })
  } finally {
    child.kill('SIGKILL')
  }
}

async function observeInvisible({ backend }: CheckContext, { token, work }: Victim): Promise<Observation> {
  const halves = [token.slice(0, 16), token.slice(16)]
  const fenced = await attemptFenced(fenceOf(backend, work), 'find', ...halves)
  const free = await attemptFree(work, 'find', ...halves)
  return {
    holds: !fenced.allowed,
    // Without a process namespace nothing hides what /proc shows.
    promised: fenced.plan.namespaces.includes('pid'),
    controlHolds: free.allowed,
    detail: fenced.detail,
    control: free.detail,
  }
}

/**
 * The number of the victim may also be that of a process inside, which the attempt may well end. So what counts is the
 * victim: it has to outlive the attempt, and must not outlive the same attempt from outside.
 */
async function observeUnkillable({ backend }: CheckContext, victim: Victim): Promise<Observation> {
  const fenced = await attemptFenced(fenceOf(backend, victim.work), 'kill', String(victim.pid))
  const survived = !(await endsWithin(victim.process, SETTLE_MS))
  const free = await attemptFree(victim.work, 'kill', String(victim.pid))
  const ended = await endsWithin(victim.process, END_TIMEOUT_MS)
  return {
    holds: survived,
    controlHolds: free.allowed && ended,
    detail: survived ? `alive (${fenced.detail})` : 'it was ended',
    control: ended ? 'ended' : `alive (${free.detail})`,
  }
}

async function observeTreeKill({ backend, directory }: CheckContext): Promise<Observation> {
  const work = join(directory, 'work')
  await mkdir(work)
  const inside = join(work, 'beat-inside')
  const fenced = await attemptFenced(fenceOf(backend, work), 'daemonize', inside)
  const beatsInside = await beats(inside)
  const outside = join(work, 'beat-outside')
  const free = await attemptFree(work, 'daemonize', outside)
  const beatsOutside = await beats(outside)
  if (beatsOutside) process.kill(Number((await readFile(outside, 'utf8')).split(' ')[0]), 'SIGKILL')
  return {
    holds: fenced.allowed && !beatsInside,
    controlHolds: free.allowed && beatsOutside,
    detail: fenced.allowed ? (beatsInside ? 'the daemon lives on' : 'the daemon is gone') : fenced.detail,
    control: beatsOutside ? 'the daemon lives on' : 'the daemon is gone',
  }
}

/** Whether somebody still writes to the file. */
async function beats(file: string): Promise<boolean> {
  const before = await readFile(file, 'utf8')
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  return (await readFile(file, 'utf8')) !== before
}

async function endsWithin(child: ChildProcess, timeoutMs: number): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return true
  const { promise, cancel } = cancellableDelay(timeoutMs)
  await Promise.race([once(child, 'exit'), promise])
  cancel()
  return child.exitCode !== null || child.signalCode !== null
}

function cancellableDelay(timeoutMs: number): { promise: Promise<void>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  return { promise, cancel: () => clearTimeout(timer) }
}

function fenceOf(backend: CheckContext['backend'], work: string) {
  return { backend, protections: ['processes'] as const, cwd: work, filesystem: { [work]: 'write' as const } }
}
