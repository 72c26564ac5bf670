/** Calls of native code in a new process that has run out of something: for errorOnMachine(). */
import type { NativeBinding, NativePlan, NativeSpawnRequest, PreparedPlan } from '../../../lib/native/binding-types.js'
import type { Ringfence } from './machine.js'
import { ADDON, LAUNCHER } from './native-launch.js'

export interface Crowded {
  addon: string
  launcher: string
  plan?: NativePlan
  request?: NativeSpawnRequest
  /** The last mount of the plan, this often more. */
  repeatMount?: number
  /** Descriptors that are left. */
  free?: number
  /** A launch before, after which everything that is made once is there. */
  warm?: boolean
  /** Address space that is left, or all that there may be. */
  moreBytes?: number
  allBytes?: number
  call: 'spawn' | 'pipe' | 'scan' | 'stubs' | 'tool'
  /** For `scan`, `stubs`, `tool`: what to work on. */
  path?: string
  stateDirectory?: string
}

export function crowded(options: Omit<Crowded, 'addon' | 'launcher'> & { launcher?: string }): Crowded {
  return { addon: ADDON, launcher: LAUNCHER, ...options }
}

/** Rejects with what native code throws or reports; resolves when nothing failed. */
export async function callNative(_: Ringfence, given: Crowded): Promise<string> {
  const fs = process.getBuiltinModule('node:fs')
  const binding = process.getBuiltinModule('node:module').createRequire('/')(given.addon) as NativeBinding
  binding.loadHelper(given.launcher)
  const { plan } = given
  for (let i = 0; i < (given.repeatMount ?? 0); i++) plan?.mounts.push(plan.mounts[plan.mounts.length - 1] as never)
  const prepared = plan === undefined ? undefined : binding.prepare(plan)
  const pages = Number(fs.readFileSync('/proc/self/statm', 'utf8').split(' ')[0])
  const spawn = () =>
    new Promise<void>((resolve, reject) => {
      let failure: object | undefined
      binding.spawn(prepared as PreparedPlan, given.request as NativeSpawnRequest, (event) => {
        if (event.type === 'failed') failure = Object.assign(new Error('failed'), event)
        if (event.type !== 'closed') return
        if (failure === undefined) resolve()
        else reject(failure)
      })
    })
  if (given.warm === true) await spawn().catch(() => {})
  if (given.free !== undefined) {
    const open: number[] = []
    try {
      for (;;) open.push(fs.openSync('/dev/null', 'r'))
    } catch {}
    for (let i = 0; i < given.free; i++) fs.closeSync(open.pop() as number)
  }
  const limit = given.moreBytes === undefined ? given.allBytes : pages * 4096 + given.moreBytes
  if (limit !== undefined) {
    const { execFileSync } = process.getBuiltinModule('node:child_process')
    execFileSync('prlimit', ['--pid', String(process.pid), `--as=${limit}`])
  }
  if (given.call === 'spawn') await spawn()
  if (given.call === 'pipe') binding.pipe()
  if (given.call === 'scan') await binding.scanRepositories([given.path ?? ''], { maxDirectories: 10 })
  if (given.call === 'tool') await binding.runTool(given.path ?? '', [], 1000)
  if (given.call === 'stubs') {
    const lease = await binding.acquireStubs(given.stateDirectory ?? '', [given.path ?? ''])
    await lease.release()
  }
  return 'nothing failed'
}
