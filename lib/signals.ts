/** Signals by name and number, and what is left of them on Windows. */
import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'
import { invalidType, invalidValue } from './argument-errors.js'

/** SIGRTMAX of Linux. */
const LAST_SIGNAL = 64

const { SIGINT, SIGKILL, SIGQUIT, SIGTERM } = constants.signals

/** Windows has no signals. These mean there, as in child_process, that a program is ended at once. */
const ENDING_ON_WINDOWS: ReadonlySet<number> = new Set([SIGINT, SIGKILL, SIGQUIT, SIGTERM])

/** The number of a signal given by name or number; 0 only where `minimum` is 0. Throws TypeError. */
export function requireSignal(name: string, signal: unknown, minimum: 0 | 1): number {
  if (typeof signal === 'number') {
    if (Number.isInteger(signal) && signal >= minimum && signal <= LAST_SIGNAL) return signal
  } else if (typeof signal === 'string') {
    const number = (constants.signals as Record<string, number>)[signal.toUpperCase()]
    if (number !== undefined) return number
  } else {
    throw invalidType(name, 'a signal name or number', signal)
  }
  const error = invalidValue(name, signal, 'must be a known signal') as TypeError & { code: string }
  error.code = 'ERR_UNKNOWN_SIGNAL'
  throw error
}

/** The same for a signal that has to end a command some time. Throws TypeError. */
export function requireEndingSignal(name: string, signal: unknown, system: string = process.platform): number {
  const number = requireSignal(name, signal, 1)
  if (isDeliverable(number, system)) return number
  throw invalidValue(
    name,
    signal,
    'must be SIGTERM, SIGKILL, SIGINT or SIGQUIT: no other signal ends a program on Windows',
  )
}

/** Whether there is any such thing on the system. */
export function isDeliverable(signal: number, system: string = process.platform): boolean {
  return system !== 'win32' || ENDING_ON_WINDOWS.has(signal)
}

/** What child_process throws for a signal that is not deliverable. */
export function undeliverableSignal(): Error {
  const [errno] = [...getSystemErrorMap()].find(([, [name]]) => name === 'ENOSYS') ?? []
  return Object.assign(new Error('kill ENOSYS'), { errno, code: 'ENOSYS', syscall: 'kill' })
}
