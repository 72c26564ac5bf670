/** Calls of native code in a new process that has run out of something: for errorOnMachine(). */
import type { LinuxBinding, NativePlan, NativeSpawnRequest, PreparedPlan } from '../../../lib/native/binding-types.js'
import type { Ringfence } from './machine.js'
import { ADDON, LAUNCHER } from './native-launch.js'

export interface Crowded {
  addon: string
  launcher: string
  plan?: NativePlan
  request?: NativeSpawnRequest
  /** Descriptors that are left. */
  free?: number
  /** A launch before, after which everything that is made once is there. */
  warm?: boolean
  /** After that launch the zygote is ended, so that the next one has to start another. */
  freshZygote?: boolean
  /** How long the process goes on after a launch, in ms. Default: 0. */
  stay?: number
  /** Address space that is left. */
  moreBytes?: number
  call: 'spawn' | 'pipe' | 'output' | 'scan' | 'stubs' | 'tool'
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
  const binding = process.getBuiltinModule('node:module').createRequire('/')(given.addon) as LinuxBinding
  binding.loadHelper(given.launcher)
  const { plan } = given
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
  if (given.freshZygote === true) {
    binding.loadHelper(given.launcher)
    // The launch thread takes one message after the other.
    await binding.closePlan(prepared as PreparedPlan)
  }
  if (given.free !== undefined) {
    const open: number[] = []
    try {
      for (;;) open.push(fs.openSync('/dev/null', 'r'))
    } catch {}
    for (let i = 0; i < given.free; i++) fs.closeSync(open.pop() as number)
  }
  if (given.moreBytes !== undefined) {
    const { execFileSync } = process.getBuiltinModule('node:child_process')
    const limit = pages * 4096 + given.moreBytes
    execFileSync('prlimit', ['--pid', String(process.pid), `--as=${limit}`])
  }
  const stay = () => new Promise((resolve) => setTimeout(resolve, given.stay ?? 0))
  if (given.call === 'spawn') await spawn().finally(stay)
  if (given.call === 'pipe') binding.pipe('read')
  if (given.call === 'output') binding.readOutput(binding.pipe('read')[0], undefined, () => {})
  if (given.call === 'scan') await binding.scanRepositories([given.path ?? ''], { maxDirectories: 10 })
  if (given.call === 'tool') await binding.runTool(given.path ?? '', [], 1000)
  if (given.call === 'stubs') {
    const lease = await binding.acquireStubs(given.stateDirectory ?? '', [given.path ?? ''])
    await lease.release()
  }
  return 'nothing failed'
}
