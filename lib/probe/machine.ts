/** What probing tells of the machine and of a backend's means, for callers. */
import { isWindowsBinding } from '../native/binding-types.js'
import type { BackendStatus, ProbeRequest } from './status.js'

export interface LinuxMachine {
  system: 'linux'
  uid: number
  arch: 'x64' | 'arm64'
  /** Of the kernel. 0: none. */
  landlockAbi: number
  /** How the launcher is executed: from a sealed memfd, or from its file. */
  helperSource: 'memfd' | 'file'
  stateDirectory: string
}

export interface WindowsMachine {
  system: 'win32'
  arch: 'x64' | 'arm64'
  /** Of Windows: 19045. */
  build: number
  /** This process runs with the rights of an administrator. Commands do not. */
  elevated: boolean
  stateDirectory: string
}

export interface LinuxDetails {
  /** What is used of Landlock, as a second layer or alone. 0: none. */
  landlockAbi: number
  /** False: the host's /proc is kept, read-only. */
  mountsProc: boolean
  /** Of bwrap. */
  executable?: string
  version?: string
}

export interface WindowsDetails {
  /** Roots of volumes on which no ACL keeps a command from writing. */
  volumesWithoutAcls: string[]
  /** Commands get a desktop of their own. */
  interactive: boolean
}

/** Throws NativeFailure. */
export function machineOf(request: ProbeRequest): LinuxMachine | WindowsMachine {
  const { binding, stateDirectory } = request
  const arch = process.arch === 'arm64' ? 'arm64' : 'x64'
  if (isWindowsBinding(binding)) {
    const { build, elevated } = binding.windowsFacts()
    return { system: 'win32', arch, build, elevated, stateDirectory }
  }
  const { uid, landlockAbi, helperSource } = binding.kernelFacts()
  return { system: 'linux', uid, arch, landlockAbi, helperSource, stateDirectory }
}

/** Undefined where nothing was found out. */
export function backendDetails({ facts }: BackendStatus): LinuxDetails | WindowsDetails | undefined {
  if (facts === undefined) return undefined
  if ('build' in facts) return { volumesWithoutAcls: [...facts.volumesWithoutAcls], interactive: facts.interactive }
  const { landlockAbi, mountsProc, bubblewrap } = facts
  const details: LinuxDetails = { landlockAbi, mountsProc }
  if (bubblewrap !== undefined) {
    details.executable = bubblewrap.executable
    details.version = bubblewrap.version
  }
  return details
}
