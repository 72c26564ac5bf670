/** What a command can do to processes of the host, and what is left of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { BACKEND_TABLE } from '../plan/backends.js'
import { attemptCommand, attemptFenced, attemptFree } from './attempt.js'
import type { Check, CheckContext, Observation } from './types.js'

const BEAT_MS = 20
const SETTLE_MS = 150
const PATIENCE_MS = 5000

export const TREE_KILL: Check = {
  id: 'tree-kill',
  title: 'a daemon that left its session is gone when the command has ended',
  protections: ['processes'],
  observe: observeTreeKill,
}

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
  TREE_KILL,
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
    promised: 'namespaces' in fenced.plan && fenced.plan.namespaces.includes('pid'),
    controlHolds: free.allowed,
    detail: fenced.detail,
    control: free.detail,
  }
}

/**
 * The number of the victim may also be that of a process inside, which the attempt may well end. So what counts is the
 * victim: the signal that ended it says who did, however late that is noticed.
 */
async function observeUnkillable({ backend }: CheckContext, victim: Victim): Promise<Observation> {
  const fenced = await attemptFenced(fenceOf(backend, victim.work), 'kill', String(victim.pid), 'SIGTERM')
  const free = await attemptFree(victim.work, 'kill', String(victim.pid), 'SIGKILL')
  const endedBy = await signalThatEnds(victim.process)
  const survived = endedBy !== 'SIGTERM'
  return {
    holds: survived,
    controlHolds: free.allowed && endedBy === 'SIGKILL',
    detail: survived ? `alive (${fenced.detail})` : 'it was ended',
    control: endedBy === null ? `alive (${free.detail})` : `ended by ${endedBy}`,
  }
}

/** The daemon outside shows that in the same time a daemon inside would have given a sign of life. */
async function observeTreeKill({ backend, directory }: CheckContext): Promise<Observation> {
  const work = join(directory, 'work')
  await mkdir(work)
  const [inside, outside] = [join(work, 'beat-inside'), join(work, 'beat-outside')]
  const fenced = await attemptFenced(fenceOf(backend, work), 'daemonize', inside)
  const lastInside = await readFile(inside, 'utf8')
  const free = await attemptFree(work, 'daemonize', outside)
  const outsideLives = await changes(outside)
  const insideLives = (await readFile(inside, 'utf8')) !== lastInside
  if (outsideLives) process.kill(Number((await readFile(outside, 'utf8')).split(' ')[0]), 'SIGKILL')
  return {
    holds: fenced.allowed && !insideLives,
    controlHolds: free.allowed && outsideLives,
    detail: fenced.allowed ? stateOf(insideLives) : fenced.detail,
    control: stateOf(outsideLives),
  }
}

function stateOf(lives: boolean): string {
  return lives ? 'the daemon lives on' : 'the daemon is gone'
}

/** Whether somebody writes to the file, after several beats. */
async function changes(file: string): Promise<boolean> {
  const before = await readFile(file, 'utf8')
  await setTimeout(SETTLE_MS)
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await setTimeout(BEAT_MS)) {
    if ((await readFile(file, 'utf8')) !== before) return true
  }
  return false
}

/** Null when it does not end. */
async function signalThatEnds(child: ChildProcess): Promise<NodeJS.Signals | null> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await setTimeout(BEAT_MS)) {
    if (child.exitCode !== null || child.signalCode !== null) break
  }
  return child.signalCode
}

function fenceOf(backend: CheckContext['backend'], work: string) {
  const promised = BACKEND_TABLE[backend].protections.processes.level === 'full'
  const protections = promised ? (['processes'] as const) : []
  return { backend, protections, cwd: work, filesystem: { [work]: 'write' as const } }
}
