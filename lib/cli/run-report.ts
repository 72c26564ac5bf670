/** What `run --json FILE` writes. */
import { SandboxError } from '../errors.js'
import type { BackendName } from '../plan/types.js'
import { PolicyError } from '../policy/policy-error.js'
import type { ExecResult } from '../result.js'

/** An ExecResult without the output, which went to the caller's own descriptors. */
export interface RunReport extends Omit<ExecResult, 'stdout' | 'stderr' | 'truncated' | 'isCanceled'> {
  backend: BackendName
  warnings: string[]
}

/** Instead of a RunReport: the command did not run, or was ended because a protection was lost. */
export interface RunFailure {
  error: Record<string, unknown>
}

export function runFailure(error: unknown): RunFailure {
  if (!(error instanceof Error)) return { error: { name: 'Error', message: String(error) } }
  const { name, message } = error
  if (error instanceof SandboxError) {
    const { code, stage, backend, syscall, errno, osCode, osCodeKind, path, hint, unenforceable } = error
    const numbers = { syscall, errno, osCode, osCodeKind }
    return { error: { name, message, code, stage, backend, ...numbers, path, hint, unenforceable } }
  }
  if (error instanceof PolicyError) {
    const { file, field, line, column } = error
    return { error: { name, message, file, field, line, column } }
  }
  return { error: { name, message } }
}
