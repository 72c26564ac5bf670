/** Processes outside of every sandbox: victims to attack, and a look at what is left. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { fixture } from './probes.js'

/** Sleeps until the end of the test. */
export async function startVictim(): Promise<ChildProcess & { pid: number }> {
  return startOnHost('sleep', ['300'])
}

/** Runs a fixture that prints a line when it is ready, until the end of the test. */
export async function startFixture(name: string, args: readonly string[]): Promise<ChildProcess & { pid: number }> {
  const child = await startOnHost(fixture(name), args)
  if (child.stdout !== null) await once(child.stdout, 'data')
  return child
}

async function startOnHost(program: string, args: readonly string[]): Promise<ChildProcess & { pid: number }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child as typeof child & { pid: number }
}

/** Running processes of the machine that have `marker` in their command line. */
function processesWith(marker: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).includes(marker))
    .map(Number)
}

function commandLine(pid: string): string {
  try {
    // Empty for a zombie.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** The most that were seen at a time in some looks: one look can miss processes that fork anew and end meanwhile. */
export async function mostProcessesWith(marker: string): Promise<number> {
  let most = 0
  for (let look = 0; look < 10; look++) {
    most = Math.max(most, processesWith(marker).length)
    await delay(5)
  }
  return most
}

/** Waits until none is left, `ms` at most. Returns how many are. */
export async function waitUntilGone(marker: string, ms: number): Promise<number> {
  const end = performance.now() + ms
  for (;;) {
    const left = await mostProcessesWith(marker)
    if (left === 0 || performance.now() > end) return left
  }
}
