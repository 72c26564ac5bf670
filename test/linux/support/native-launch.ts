/** Launches below the policy: plans as native code takes them, so that each step can be made to fail by itself. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isNativeFailure } from '../../../lib/failure.js'
import type {
  LinuxNativePlan,
  NativeFailure,
  NativeProcessEvent,
  NativeSpawnRequest,
} from '../../../lib/native/binding-types.js'
import type { RuleOrigin } from '../../../lib/policy/types.js'
import { linuxBinding } from '../../support/linux.js'
import { temporaryDirectory } from '../../support/sandboxes.js'
import { weakenedLauncher } from './weaken.js'

const require = createRequire(import.meta.url)

export const ADDON = (require('node-gyp-build') as { path(directory: string): string }).path(
  fileURLToPath(new URL('../../..', import.meta.url)),
)
export const LAUNCHER = join(dirname(ADDON), 'ringfence-helper')

/** Of rules in plans; native code takes no notice. */
export const ORIGIN: RuleOrigin = { kind: 'user', rule: 'test' }

/** A minimal view of everything, read-only. */
export function planOf(plan: Partial<LinuxNativePlan> = {}): LinuxNativePlan {
  return {
    mode: 'namespaces',
    namespaces: ['user', 'mount', 'pid', 'ipc', 'net'],
    idMap: linuxBinding().kernelFacts().mapsFullRange ? 'full' : 'single',
    loopback: true,
    mounts: [{ op: 'readonly-root' }, { op: 'proc', source: 'new', readonlyControls: false }, { op: 'dev' }],
    landlock: null,
    seccomp: { nested: false, sockets: 'loopback', unixSockets: 'own' },
    limits: [],
    ...plan,
  }
}

export function requestOf(request: Partial<NativeSpawnRequest> = {}): NativeSpawnRequest {
  return { argv: ['true'], file: '/bin/true', env: '', cwd: '/', stdio: [-1, -1, -1], isolation: 'fresh', ...request }
}

export interface Launch {
  plan?: Partial<LinuxNativePlan>
  request?: Partial<NativeSpawnRequest>
  /** What is weaker for the launcher alone. */
  changes?: readonly string[]
}

/** The failure of a launch, or undefined when the command ran and ended with 0. */
export async function launch({ plan, request, changes }: Launch): Promise<NativeFailure | undefined> {
  const binding = linuxBinding()
  if (changes !== undefined) binding.loadHelper(weakenedLauncher(temporaryDirectory(), changes, LAUNCHER))
  try {
    const prepared = binding.prepare(planOf(plan))
    const events = await new Promise<NativeProcessEvent[]>((resolve) => {
      const seen: NativeProcessEvent[] = []
      binding.spawn(prepared, requestOf(request), (event) => {
        seen.push(event)
        if (event.type === 'closed') resolve(seen)
      })
    })
    return outcomeOf(events)
  } catch (error) {
    if (isNativeFailure(error)) return error
    throw error
  } finally {
    binding.loadHelper(LAUNCHER)
  }
}

function outcomeOf(events: readonly NativeProcessEvent[]): NativeFailure | undefined {
  const failed = events.find((event) => event.type === 'failed')
  if (failed !== undefined) return failed
  const ended = events.find((event) => event.type === 'exit')
  if (ended?.code === 0 && ended.signal === 0) return undefined
  throw new Error(`neither failed nor ran: ${JSON.stringify(events)}`)
}
