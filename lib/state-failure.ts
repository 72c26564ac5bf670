/** What the opening of the state directory fails with, on every system. */
import { SandboxError } from './errors.js'
import { hintFor } from './probe/hints.js'

const STAGE = 'state.directory'

/** Something is there that must not be. */
export function stateRefusal(path: string, why: string): SandboxError {
  return new SandboxError(`the state directory cannot be used: ${path} ${why}`, {
    code: 'SANDBOX_SETUP_FAILED',
    stage: STAGE,
    path,
    ...hint(),
  })
}

export function noPlaceForState(places: readonly string[], failures: readonly unknown[]): SandboxError {
  return new SandboxError(`no place for the state of ringfence: ${places.join(', ')}`, {
    code: 'SANDBOX_SETUP_FAILED',
    stage: STAGE,
    ...hint(),
    cause: new AggregateError(failures, 'every place failed'),
  })
}

/** Throws a SandboxError for what the system refuses. */
export async function attemptAt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (systemCode(error) === '') throw error
    const { errno, syscall } = error as NodeJS.ErrnoException
    throw new SandboxError(`the state directory cannot be used: ${path} (${STAGE}: ${syscall} ${systemCode(error)})`, {
      code: 'SANDBOX_SETUP_FAILED',
      stage: STAGE,
      path,
      ...(errno !== undefined && { errno: Math.abs(errno), syscall: syscall ?? '' }),
      ...hint(),
      cause: error,
    })
  }
}

/** `EEXIST`; empty for what is not an error of a system call. */
export function systemCode(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return typeof code === 'string' && (error as NodeJS.ErrnoException).syscall !== undefined ? code : ''
}

function hint(): { hint?: string } {
  const text = hintFor({ stage: STAGE })
  return text === undefined ? {} : { hint: text }
}
