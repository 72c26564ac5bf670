/** From the numbers of native code to a SandboxError: the only place. */
import { constants } from 'node:os'
import { errnoName } from './errno-name.js'
import { SandboxError, type SandboxErrorCode, type SandboxErrorFields } from './errors.js'
import type { NativeFailure } from './native/binding-types.js'
import { isProgramStart, type OsCode, osCodeName, startFailure } from './os-code.js'
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
  const osCode = osCodeOf(failure)
  if (osCode !== undefined) Object.assign(fields, osCode, { syscall: failure.syscall })
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
  const { code, stage, backend, syscall, errno, osCode, osCodeKind, path, hint, cause, unenforceable } = error
  const fields = { backend, syscall, errno, osCode, osCodeKind, path, hint, cause, unenforceable }
  const present = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  return { code, stage, ...present }
}

function ofSystemCall({ errno, syscall }: NativeFailure): boolean {
  return errno > 0 && syscall !== ''
}

/** Undefined when no call of Windows failed. */
function osCodeOf({ osCode = 0, osCodeKind }: NativeFailure): OsCode | undefined {
  return osCodeKind === undefined ? undefined : { osCode, osCodeKind }
}

/** The token does not keep a command from writing: it must not be used, and another one would be no better. */
const WEAK_TOKEN_STAGES: ReadonlySet<string> = new Set([
  'windows.token.read-back',
  'windows.token.unrestricted',
  'windows.token.too-weak',
])

function codeOf(failure: NativeFailure): SandboxErrorCode {
  const { stage, errno } = failure
  if (isProgramStart(stage)) return startFailure(osCodeOf(failure))
  if (stage === 'windows.launch.command-line') return 'SANDBOX_EXEC_FAILED'
  if (WEAK_TOKEN_STAGES.has(stage)) return 'SANDBOX_BACKEND_UNAVAILABLE'
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
  SANDBOX_BACKEND_UNAVAILABLE: 'the token that commands would run with does not restrict them',
}

const STAGE_SUBJECTS: Readonly<Record<string, string>> = {
  'linux.command.chdir': 'working directory cannot be entered',
  'windows.sid-store.corrupt': 'the list of capability SIDs is damaged',
  'windows.launch.command-line': 'the command cannot be started with these arguments',
}

/** What CreateProcessAsUserW says of a working directory that it cannot enter. */
const ERROR_DIRECTORY = 267

/** `program not found: nope (posix.exec: execve ENOENT)` */
function describe(failure: NativeFailure, code: SandboxErrorCode): string {
  const subject = subjectOf(failure, code)
  const where = failure.path ? `: ${failure.path}` : ''
  const osCode = osCodeOf(failure)
  const number = osCode === undefined ? errnoName(failure.errno) : osCodeName(osCode)
  const numbers = ofSystemCall(failure) || osCode !== undefined ? `: ${failure.syscall} ${number}` : ''
  return `${subject ?? 'sandbox setup failed'}${where} (${failure.stage}${numbers})`
}

function subjectOf({ stage, osCode }: NativeFailure, code: SandboxErrorCode): string | undefined {
  const ofDirectory = stage === 'windows.process.create' && osCode === ERROR_DIRECTORY
  return STAGE_SUBJECTS[ofDirectory ? 'linux.command.chdir' : stage] ?? SUBJECTS[code]
}
