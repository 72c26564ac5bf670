/** What this machine can enforce, found out by trying. Changes nothing. */
import { requireCount, requireObject, requireText } from '../argument-errors.js'
import { loadBinding } from '../native/binding.js'
import type { OsCodeKind } from '../native/binding-types.js'
import type { BackendName } from '../plan/types.js'
import { openStateDirectory } from '../state-directory.js'
import {
  backendDetails,
  type LinuxDetails,
  type LinuxMachine,
  machineOf,
  type WindowsDetails,
  type WindowsMachine,
} from './machine.js'
import { parseOrder } from './order.js'
import { backendStatus } from './probe-cache.js'
import type { BackendStatus, ProbeRequest } from './status.js'

export interface ProbeOptions {
  /** Backends to try. Default: all of this system, in the order of the ladder. */
  order?: readonly BackendName[] | undefined
  /** A bwrap to use. Default: the first on PATH that no sandboxed command could have put there. */
  bubblewrapPath?: string | undefined
  /** Use no more of Landlock than a kernel with this ABI has. Default: all that is known. */
  landlock?: { maxAbi?: number | undefined } | undefined
  /** Default: `RINGFENCE_STATE_DIR`, then the user's state directory. */
  stateDirectory?: string | undefined
}

export interface BackendProbe {
  backend: BackendName
  /** A sandbox was set up and ended. */
  available: boolean
  /** The rest is there when it is not available: where setting up failed, and what to do. */
  stage?: string
  /** Present whenever errno is. */
  syscall?: string
  errno?: number
  osCode?: number
  osCodeKind?: OsCodeKind
  path?: string
  hint?: string
  message?: string
  /** Of the backends of Linux, and of that of Windows; absent for those of another system. */
  details?: LinuxDetails | WindowsDetails
}

export interface ProbeReport {
  /** In the order asked for. */
  backends: BackendProbe[]
  machine: LinuxMachine | WindowsMachine
  /** For people. */
  warnings: string[]
}

/**
 * Tries every backend: sets up a minimal sandbox through the same code as every command. Remembered for the life of
 * the process, but for failures that may pass.
 *
 * @throws TypeError for a mistake in the options. SandboxError when nothing can be tried: no native code here (stage
 *   `native.*`, `linux.helper.*`), or no private directory for its state (`state.directory`).
 */
export async function probe(options: ProbeOptions = {}): Promise<ProbeReport> {
  const order = parseOrder('options.order', options.order)
  const { bubblewrap, ...rest } = await probeRequest(options)
  const request = { ...rest, bubblewrap: { ...bubblewrap, untrusted: currentDirectory() } }
  const statuses: BackendStatus[] = []
  for (const backend of order) statuses.push(await backendStatus(backend, request))
  return {
    backends: statuses.map(backendProbe),
    machine: machineOf(request),
    warnings: statuses.flatMap(({ warning }) => warning ?? []),
  }
}

/** Checks the options that probe() and Sandbox.create() share. */
export async function probeRequest(options: ProbeOptions): Promise<ProbeRequest> {
  requireObject('options', options)
  const { bubblewrapPath, landlock, stateDirectory } = options
  const path = bubblewrapPath === undefined ? undefined : requireText('options.bubblewrapPath', bubblewrapPath)
  const maxAbi = landlock === undefined ? undefined : requireObject('options.landlock', landlock).maxAbi
  const maxLandlockAbi =
    maxAbi === undefined ? Number.MAX_SAFE_INTEGER : requireCount('options.landlock.maxAbi', maxAbi)
  const state = stateDirectory === undefined ? undefined : requireText('options.stateDirectory', stateDirectory)
  const binding = loadBinding()
  return {
    binding,
    stateDirectory: await openStateDirectory({ path: state }),
    bubblewrap: { path, untrusted: [], searchPath: process.env.PATH ?? '' },
    maxLandlockAbi,
  }
}

export function backendProbe(status: BackendStatus): BackendProbe {
  const { backend } = status
  const details = backendDetails(status)
  const probed = { backend, ...(details !== undefined && { details }) }
  if (!('error' in status)) return { ...probed, available: true }
  const { stage, syscall, errno, osCode, osCodeKind, path, hint, message } = status.error
  return {
    ...probed,
    available: false,
    stage,
    ...(syscall !== undefined && { syscall }),
    ...(errno !== undefined && { errno }),
    ...(osCodeKind !== undefined && { osCode: osCode ?? 0, osCodeKind }),
    ...(path !== undefined && { path }),
    ...(hint !== undefined && { hint }),
    message,
  }
}

/** As a project that may bring programs of its own. One that was deleted brings none, and / is no project. */
function currentDirectory(): string[] {
  try {
    return [process.cwd()].filter((path) => path !== '/')
  } catch {
    return []
  }
}
