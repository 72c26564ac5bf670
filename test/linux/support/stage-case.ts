/** One way to make a stage of native/core/stage.h fail. */
import { readFileSync } from 'node:fs'
import type { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { BackendName } from '../../../lib/index.js'
import { type Crowded, callNative, crowded } from './crowded-process.js'
import { errorOnMachine } from './machine.js'
import { type Launch, launch } from './native-launch.js'

type ErrnoName = keyof typeof constants.errno

export interface StageCase {
  stage: string
  /** What is wrong. */
  cause: string
  /** Undefined: the failure is not of a system call. */
  errno?: ErrnoName
  path?: string
  /** Default: SANDBOX_SETUP_FAILED. */
  code?: string
  needs?: BackendName
  fail(): Promise<unknown>
  /** The same without the cause: nothing fails. */
  control?(): Promise<unknown>
}

type Expected = Omit<StageCase, 'fail' | 'control'>

/** The launcher runs on a weaker machine than this process; without the change the launch works. */
export function weakLauncher(expected: Expected, changes: readonly string[], given: Omit<Launch, 'changes'> = {}) {
  return { ...expected, fail: () => launch({ ...given, changes }), control: () => launch({ ...given, changes: [] }) }
}

/** A plan or a request that does not fit this machine. */
export function misfit(expected: Expected, given: Launch, control?: Launch): StageCase {
  return { ...expected, fail: () => launch(given), ...(control !== undefined && { control: () => launch(control) }) }
}

/** A process that is on a weaker machine as a whole, or has run out of something. */
export function weakProcess(
  expected: Expected,
  changes: readonly string[],
  given: Parameters<typeof crowded>[0],
): StageCase {
  return { ...expected, fail: () => errorOnMachine<Crowded, string>({ changes }, callNative, crowded(given)) }
}

/** What a call throws. */
export function thrown(expected: Expected, call: () => unknown): StageCase {
  const fail = async () => {
    try {
      await call()
    } catch (error) {
      return error
    }
    throw new Error('nothing failed')
  }
  return { ...expected, fail }
}

/** Names of stages, with the system call of each, in the order of their numbers. */
export function stagesOfHeader(): Array<{ enumerator: string; stage: string; syscall: string }> {
  const header = readFileSync(fileURLToPath(new URL('../../../native/core/stage.h', import.meta.url)), 'utf8')
  return [...header.matchAll(/X\((k\w+), "([^"]*)", "([^"]*)"\)/g)].map(([, enumerator, stage, syscall]) => ({
    enumerator: enumerator ?? '',
    stage: stage ?? '',
    syscall: syscall ?? '',
  }))
}
