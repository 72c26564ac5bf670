/** The processes of the launcher below a host process, by what they are for. Looked up in /proc, whoever started them. */
import { readdirSync, readFileSync } from 'node:fs'

export const ROLES = ['zygote', 'supervisor', 'runner', 'slot', 'command'] as const
export type Role = (typeof ROLES)[number]

/**
 * From the host downwards each is a child of the one before. In a sandbox that is no runner's (`isolation: 'fresh'`) the
 * init is where a runner would be, and its command where a slot would be.
 */
export type LauncherProcesses = Record<Role, number[]>

interface Process {
  pid: number
  parent: number
  commandLine: string
}

function read(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

/** Of the whole machine, without those that have ended and only wait to be reaped. */
function allProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = read(name, 'stat')
      const [state = 'Z', parent = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return state === 'Z' || state === 'X'
        ? []
        : { pid: Number(name), parent: Number(parent), commandLine: read(name, 'cmdline') }
    })
}

export function isRunning(pid: number): boolean {
  const stat = read(`${pid}`, 'stat')
  return stat !== '' && !/\) [ZX] /.test(stat)
}

export function launcherProcesses(host: number): LauncherProcesses {
  const all = allProcesses()
  const childrenOf = (pids: readonly number[]) =>
    all.filter(({ parent }) => pids.includes(parent)).map(({ pid }) => pid)
  const zygotes = all.filter(
    ({ parent, commandLine }) => parent === host && commandLine === 'ringfence-helper\0zygote\0',
  )
  const zygote = zygotes.map(({ pid }) => pid)
  const supervisor = childrenOf(zygote)
  const runner = childrenOf(supervisor)
  const slot = childrenOf(runner)
  return { zygote, supervisor, runner, slot, command: childrenOf(slot) }
}

/** Processes with the text in their command line or environment. */
export function processesMarked(marker: string): number[] {
  return allProcesses()
    .filter(({ pid, commandLine }) => commandLine.includes(marker) || read(`${pid}`, 'environ').includes(marker))
    .map(({ pid }) => pid)
}

/**
 * Processes of the launcher with this niceness: those of a host that was started with one that nobody else has, also
 * when it is gone.
 */
export function launchersOfNiceness(niceness: number): number[] {
  return allProcesses()
    .filter(({ commandLine }) => commandLine.startsWith('ringfence-helper\0'))
    .filter(({ pid }) => {
      const stat = read(`${pid}`, 'stat')
      // The fields from the third on: niceness is the 19th (proc_pid_stat(5)).
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]) === niceness
    })
    .map(({ pid }) => pid)
}

/** SIGKILL, unless it has just ended. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
