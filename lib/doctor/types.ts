/** What a doctor's visit finds out. The shape of `ringfence doctor --json`. */
import type { BackendName } from '../plan/types.js'
import type { Protection } from '../policy/types.js'

export type CheckStatus =
  /** Measured: it holds, and the control shows that the measurement would have noticed otherwise. */
  | 'passed'
  /** Measured: it does not hold, or the sandbox could not start. */
  | 'failed'
  /** The backend says that it cannot enforce this and refuses to run, which is the right thing to do. */
  | 'refused'
  /** It does not hold, and the backend does not promise it. Counts as not passed. */
  | 'not-offered'
  /** The control failed, so that the measurement says nothing. Counts as not passed. */
  | 'inconclusive'

export interface CheckResult {
  /** `forbidden-write`; stable. */
  id: string
  /** What should hold, for people. */
  title: string
  status: CheckStatus
  /** What was seen inside the fence, or why it failed. */
  detail: string
  /** What the same action did without the fence. */
  control: string
  durationMs: number
}

export interface BackendReport {
  backend: BackendName
  available: boolean
  /** Why it is not available: stage, errno name and hint of the probe. */
  reason?: string
  /** Empty when it is not available. */
  checks: CheckResult[]
  /** Available, and every check passed. */
  passed: boolean
}

export interface MachineReport {
  ringfence: string
  node: string
  /** Release of the system, as in uname(2); on Windows its version. */
  kernel: string
  arch: string
  /** -1 on Windows. */
  uid: number
  /** 0: the kernel has none. Null when it could not be asked. */
  landlockAbi: number | null
  /** How the launcher is executed; null when it could not be loaded. */
  helperSource: 'memfd' | 'file' | null
  bubblewrap: { executable: string; version: string } | null
  /** On Windows, when it could be asked. */
  windows?: { build: number; elevated: boolean }
  stateDirectory: string | null
}

export interface DoctorReport {
  /** The default policy can be enforced here, and every check of the backend that `auto` takes passed. */
  fenced: boolean
  /** What `auto` takes for the default policy; null when nothing can enforce it. */
  backend: BackendName | null
  machine: MachineReport
  backends: BackendReport[]
  /** For people: what would make this machine better. */
  hints: string[]
}

/** What one check has to work with. */
export interface CheckContext {
  backend: BackendName
  /** A directory of this check alone; removed afterwards. */
  directory: string
}

/** What a check saw. Anything thrown is a failure. */
export interface Observation {
  holds: boolean
  /** False: the backend does not claim that it holds. Default true. */
  promised?: boolean
  controlHolds: boolean
  detail: string
  control: string
}

export interface Check {
  id: string
  title: string
  /** What has to be enforced for the check to make sense; demanded strictly, the others as far as they go. */
  protections: readonly Protection[]
  observe(context: CheckContext): Promise<Observation>
}
