/** From the numbers of native code to a SandboxError: the only place. */
import { constants } from 'node:os'
import { errnoName } from './errno-name.js'
import { SandboxError, type SandboxErrorCode, type SandboxErrorFields } from './errors.js'
import type { NativeFailure } from './native/binding-types.js'
import { hintFor } from './probe/hints.js'
import type { HostFacts } from './probe/host-facts.js'

export interface FailureContext {
  backend?: string
  facts?: Partial<HostFacts>
}

/** True for what native code throws. */
export function isNativeFailure(error: unknown): error is NativeFailure {
  if (typeof error !== 'object' || error === null) return false
  const { stage, errno } = error as Partial<NativeFailure>
  return typeof stage === 'string' && typeof errno === 'number'
}

export function sandboxErrorOf(
  failure: NativeFailure & { cause?: unknown },
  context: FailureContext = {},
): SandboxError {
  const code = codeOf(failure)
  const fields: SandboxErrorFields = { code, stage: failure.stage }
  if (context.backend !== undefined) fields.backend = context.backend
  if (ofSystemCall(failure)) {
    fields.errno = failure.errno
    fields.syscall = failure.syscall
  }
  if (failure.path !== undefined && failure.path !== '') fields.path = failure.path
  const hint = hintFor(failure, context.facts)
  if (hint !== undefined) fields.hint = hint
  // Of a command that was sent twice: why the first attempt failed.
  if (isNativeFailure(failure.cause)) fields.cause = sandboxErrorOf(failure.cause, context)
  else if (failure instanceof Error) fields.cause = failure
  return new SandboxError(describe(failure, code), fields)
}

/** For errors of native calls: a NativeFailure becomes a SandboxError, anything else stays what it is. */
export function asSandboxError(error: unknown, context: FailureContext = {}): unknown {
  return isNativeFailure(error) && !(error instanceof SandboxError) ? sandboxErrorOf(error, context) : error
}

/** What an error says, to say it again with something added. */
export function fieldsOf(error: SandboxError): SandboxErrorFields {
  const { code, stage, backend, syscall, errno, path, hint, cause, unenforceable } = error
  const fields = { backend, syscall, errno, path, hint, cause, unenforceable }
  const present = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  return { code, stage, ...present }
}

function ofSystemCall({ errno, syscall }: NativeFailure): boolean {
  return errno > 0 && syscall !== ''
}

function codeOf({ stage, errno }: NativeFailure): SandboxErrorCode {
  if (stage === 'posix.exec') {
    if (errno === constants.errno.ENOENT) return 'SANDBOX_PROGRAM_NOT_FOUND'
    return errno === constants.errno.EACCES ? 'SANDBOX_PERMISSION_DENIED' : 'SANDBOX_EXEC_FAILED'
  }
  if (stage === 'linux.watch.lost') return 'SANDBOX_PROTECTION_LOST'
  if (stage.startsWith('linux.helper.')) return 'SANDBOX_HELPER_FAILED'
  return 'SANDBOX_SETUP_FAILED'
}

const SUBJECTS: Partial<Record<SandboxErrorCode, string>> = {
  SANDBOX_PROGRAM_NOT_FOUND: 'program not found',
  SANDBOX_PERMISSION_DENIED: 'program cannot be executed',
  SANDBOX_EXEC_FAILED: 'program cannot be executed',
  SANDBOX_PROTECTION_LOST: 'a protected path was replaced while the command ran, so the command was ended',
  SANDBOX_HELPER_FAILED: 'the launcher failed',
}

/** `program not found: nope (posix.exec: execve ENOENT)` */
function describe(failure: NativeFailure, code: SandboxErrorCode): string {
  const subject = failure.stage === 'linux.command.chdir' ? 'working directory cannot be entered' : SUBJECTS[code]
  const where = failure.path ? `: ${failure.path}` : ''
  const numbers = ofSystemCall(failure) ? `: ${failure.syscall} ${errnoName(failure.errno)}` : ''
  return `${subject ?? 'sandbox setup failed'}${where} (${failure.stage}${numbers})`
}
