/** What probing a backend takes and gives. */
import type { SandboxError } from '../errors.js'
import type { NativeBinding } from '../native/binding-types.js'
import type { BackendName, LinuxBackendName, LinuxFacts, MachineFacts, WindowsFacts } from '../plan/types.js'
import type { BubblewrapSearch } from './bubblewrap.js'

export interface ProbeRequest {
  binding: NativeBinding
  stateDirectory: string
  bubblewrap: BubblewrapSearch
  /** Landlock is used as if the kernel knew no more than this. */
  maxLandlockAbi: number
}

/** Of a backend that was tried; facts are what planning may count on, meaningful when it works. */
export type BackendStatus = WorkingStatus | FailedStatus

export type WorkingStatus = LinuxStatus | WindowsStatus

export interface LinuxStatus extends Remark {
  backend: LinuxBackendName
  facts: LinuxFacts
}

export interface WindowsStatus extends Remark {
  backend: 'restricted-token'
  facts: WindowsFacts
}

export interface FailedStatus extends Remark {
  backend: BackendName
  /** Absent for a backend of another system. */
  facts?: MachineFacts
  /** Why the backend cannot start. */
  error: SandboxError
}

interface Remark {
  /** For people: what is old here. */
  warning?: string
}
