/** Errors of the sandbox itself. A `SandboxError` means: the command did not run (or was ended by us). */
import type { OsCodeKind } from './native/binding-types.js'
import type { ExecResult } from './result.js'

export type SandboxErrorCode =
  /** No backend can start here; `cause` and `hint` say why each failed. */
  | 'SANDBOX_BACKEND_UNAVAILABLE'
  /** The policy has rules that the backend cannot enforce; `unenforceable` lists them. */
  | 'SANDBOX_POLICY_UNENFORCEABLE'
  /** A policy file could not be read. (A malformed one is a PolicyError, a TypeError.) */
  | 'SANDBOX_POLICY_UNREADABLE'
  /** A path of the policy or the cwd could not be resolved. */
  | 'SANDBOX_PATH_UNRESOLVABLE'
  /** A step of setting up failed; `stage` and `errno` (or `osCode`) say which. */
  | 'SANDBOX_SETUP_FAILED'
  /** The launcher could not be loaded or started. */
  | 'SANDBOX_HELPER_FAILED'
  | 'SANDBOX_PROGRAM_NOT_FOUND'
  | 'SANDBOX_PERMISSION_DENIED'
  /** The system refused to start the program for another reason. */
  | 'SANDBOX_EXEC_FAILED'
  /** The host removed a protected path while the command ran; the command was ended. */
  | 'SANDBOX_PROTECTION_LOST'
  | 'SANDBOX_CLOSED'
  | 'SANDBOX_INTERNAL'

export interface SandboxErrorFields {
  code: SandboxErrorCode
  /** Where: `linux.mount.bind`, `linux.landlock.add-rule`, `posix.exec`. */
  stage: string
  backend?: string
  /** Present whenever errno or osCodeKind is. */
  syscall?: string
  errno?: number
  /** The number of Windows, unsigned: 5. 0 when the system gave none. */
  osCode?: number
  /** Present whenever osCode is: the space that it is from. */
  osCodeKind?: OsCodeKind
  path?: string
  hint?: string
  cause?: unknown
  unenforceable?: ReadonlyArray<{ rule: string; reason: string; enforcedBy: readonly string[] }>
  /** What the command did until it was ended; only from `exec`, and only when it had started. */
  result?: ExecResult<string | Buffer>
}

const brand = Symbol.for('ringfence.SandboxError')

export class SandboxError extends Error {
  readonly code: SandboxErrorCode
  readonly stage: string
  declare readonly backend?: string
  declare readonly syscall?: string
  declare readonly errno?: number
  declare readonly osCode?: number
  declare readonly osCodeKind?: OsCodeKind
  declare readonly path?: string
  declare readonly hint?: string
  declare readonly unenforceable?: ReadonlyArray<{ rule: string; reason: string; enforcedBy: readonly string[] }>
  declare readonly result?: ExecResult<string | Buffer>

  constructor(message: string, fields: SandboxErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.name = 'SandboxError'
    this.code = fields.code
    this.stage = fields.stage
    if (fields.backend !== undefined) this.backend = fields.backend
    if (fields.syscall !== undefined) this.syscall = fields.syscall
    if (fields.errno !== undefined) this.errno = fields.errno
    if (fields.osCode !== undefined) this.osCode = fields.osCode
    if (fields.osCodeKind !== undefined) this.osCodeKind = fields.osCodeKind
    if (fields.path !== undefined) this.path = fields.path
    if (fields.hint !== undefined) this.hint = fields.hint
    if (fields.unenforceable !== undefined) this.unenforceable = fields.unenforceable
    if (fields.result !== undefined) this.result = fields.result
    Object.defineProperty(this, brand, { value: true })
  }

  /** True for errors of any copy of this package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
  }
}
