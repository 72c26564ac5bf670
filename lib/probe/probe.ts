/** What this machine can enforce, found out by trying. Changes nothing. */
import { requireCount, requireObject, requireText } from '../argument-errors.js'
import { loadBinding } from '../native/binding.js'
import type { BackendName } from '../plan/types.js'
import { openStateDirectory } from '../state-directory.js'
import { type BackendStatus, machineFacts, type ProbeRequest } from './backend-status.js'
import { parseOrder } from './order.js'
import { backendStatus } from './probe-cache.js'

export interface ProbeOptions {
  /** Backends to try. Default: all, in the order of the ladder. */
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
  path?: string
  hint?: string
  message?: string
  details: {
    /** What is used of Landlock, as a second layer or alone. 0: none. */
    landlockAbi: number
    /** False: the host's /proc is kept, read-only. */
    mountsProc: boolean
    /** Of bwrap. */
    executable?: string
    version?: string
  }
}

export interface ProbeReport {
  /** In the order asked for. */
  backends: BackendProbe[]
  machine: {
    uid: number
    arch: 'x64' | 'arm64'
    /** Of the kernel. 0: none. */
    landlockAbi: number
    /** How the launcher is executed: from a sealed memfd, or from its file. */
    helperSource: 'memfd' | 'file'
    stateDirectory: string
  }
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
  const kernel = request.binding.kernelFacts()
  const { uid, arch } = machineFacts(request, kernel)
  return {
    backends: statuses.map(backendProbe),
    machine: {
      uid,
      arch,
      landlockAbi: kernel.landlockAbi,
      helperSource: kernel.helperSource,
      stateDirectory: request.stateDirectory,
    },
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

export function backendProbe({ backend, facts, error }: BackendStatus): BackendProbe {
  const { landlockAbi, mountsProc, bubblewrap } = facts
  const details: BackendProbe['details'] = { landlockAbi, mountsProc }
  if (bubblewrap !== undefined) {
    details.executable = bubblewrap.executable
    details.version = bubblewrap.version
  }
  if (error === undefined) return { backend, available: true, details }
  const { stage, syscall, errno, path, hint, message } = error
  return {
    backend,
    available: false,
    stage,
    ...(syscall !== undefined && { syscall }),
    ...(errno !== undefined && { errno }),
    ...(path !== undefined && { path }),
    ...(hint !== undefined && { hint }),
    message,
    details,
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
