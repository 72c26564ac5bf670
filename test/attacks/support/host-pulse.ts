/** How the host is while something runs: whether plain programs still start, and how much memory is left. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

export interface HostPulse {
  /** The longest time that a plain program took from start to end. */
  slowestMs: number
  starts: number
  /** The most memory that was in use besides what was at the beginning. */
  takenBytes: number
}

/** Starts a program of the host every 20 ms while `work` runs. */
export async function pulseWhile<T>(work: Promise<T>): Promise<{ result: T; pulse: HostPulse }> {
  const before = availableBytes()
  const pulse: HostPulse = { slowestMs: 0, starts: 0, takenBytes: 0 }
  let running = true
  const ended = work.finally(() => {
    running = false
  })
  ended.catch(() => {})
  while (running) {
    const start = performance.now()
    await once(spawn('/bin/true', { stdio: 'ignore' }), 'close')
    pulse.slowestMs = Math.max(pulse.slowestMs, performance.now() - start)
    pulse.starts++
    pulse.takenBytes = Math.max(pulse.takenBytes, before - availableBytes())
    await delay(20)
  }
  return { result: await ended, pulse }
}

function availableBytes(): number {
  const [, kib] = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? []
  return Number(kib) * 1024
}
