/** Mistakes of the caller: TypeErrors with Node's own codes and wording, which name the field. */
import { inspect } from 'node:util'

export function invalidType(name: string, expected: string, received: unknown): TypeError {
  return withCode(
    'ERR_INVALID_ARG_TYPE',
    `The "${name}" ${kindOf(name)} must be ${expected}. Received ${describe(received)}`,
  )
}

export function invalidValue(name: string, received: unknown, reason: string): TypeError {
  return withCode('ERR_INVALID_ARG_VALUE', `The ${kindOf(name)} '${name}' ${reason}. Received ${describe(received)}`)
}

/** Something that is there on other systems. */
export function unavailableHere(name: string, instead: string): TypeError {
  const message = `${name} is not available on ${process.platform}: ${instead}`
  return withCode('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', message)
}

/** A string that can be handed to the kernel: no NUL. */
export function requireText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidType(name, 'a string', value)
  if (value.includes('\0')) throw invalidValue(name, value, 'must be a string without null bytes')
  return value
}

/** A whole number of at least `minimum`; Infinity where `infinite` says so. */
export function requireCount(
  name: string,
  value: unknown,
  { minimum = 0, infinite = false }: { minimum?: number; infinite?: boolean } = {},
): number {
  if (typeof value !== 'number') throw invalidType(name, 'a number', value)
  if (infinite && value === Number.POSITIVE_INFINITY) return value
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw invalidValue(name, value, `must be a whole number of ${minimum} or more`)
  }
  return value
}

export function requireObject(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidType(name, 'an object', value)
  return value as Record<string, unknown>
}

function kindOf(name: string): string {
  return name.includes('.') ? 'property' : 'argument'
}

function describe(value: unknown): string {
  const text = inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY })
  return text.length > 128 ? `${text.slice(0, 128)}...` : text
}

function withCode(code: string, message: string): TypeError {
  const error = new TypeError(message) as TypeError & { code: string }
  error.code = code
  return error
}
