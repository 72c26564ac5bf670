/** System calls of a program and of all that it starts, by strace(1). */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { temporaryDirectory } from './sandboxes.js'

export interface SystemCall {
  /** Of the thread. */
  tid: number
  /** `clone`, `wait4`, ... */
  name: string
  /** As strace writes them. */
  text: string
  /** What it returned; undefined when that was no number, or is unknown. */
  result: number | undefined
}

/** `RINGFENCE_TEST_MUST_WORK=strace` makes its absence a failure. */
export function needStrace(context: TestContext): void {
  const { status, error, stderr } = spawnSync('strace', ['-f', '-o', '/dev/null', 'true'], { encoding: 'utf8' })
  if (status === 0) return
  const reason = `strace does not work here: ${error?.message ?? stderr.trim()}`
  if ((process.env.RINGFENCE_TEST_MUST_WORK ?? '').split(',').includes('strace')) throw new Error(reason)
  context.skip(reason)
}

/** Runs the command, which has to end with 0. */
export function traceCalls(names: readonly string[], command: readonly string[]): SystemCall[] {
  const file = join(temporaryDirectory(), 'calls')
  const args = ['-f', '-qq', '-s', '256', '-e', `trace=${names.join(',')}`, '-e', 'signal=none', '-o', file]
  const { status, stderr } = spawnSync('strace', [...args, ...command], { encoding: 'utf8', timeout: 60_000 })
  if (status !== 0) throw new Error(`the traced program ended with ${status}: ${stderr}`)
  return parse(readFileSync(file, 'utf8'))
}

/** `TID name(arguments) = result`; a call during which another thread was seen is in two lines. */
function parse(output: string): SystemCall[] {
  const calls: SystemCall[] = []
  const unfinished = new Map<string, SystemCall>()
  for (const line of output.split('\n')) {
    const [, tid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    const resumed = /^<\.\.\. (\w+) resumed>/.exec(rest)
    const begun = /^(\w+)\(/.exec(rest)
    const call = resumed
      ? unfinished.get(tid)
      : begun && { tid: Number(tid), name: begun[1] as string, text: '', result: undefined }
    if (!call) continue
    call.text += rest
    const result = / = (-?\d+)/.exec(rest.slice(rest.lastIndexOf(')')))
    if (result !== null) call.result = Number(result[1])
    if (!resumed) calls.push(call)
    if (rest.endsWith('<unfinished ...>')) unfinished.set(tid, call)
  }
  return calls
}
