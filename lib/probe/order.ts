/** The order in which backends are tried. */
import { inspect } from 'node:util'
import { invalidType, invalidValue } from '../argument-errors.js'
import { ladderOf } from '../plan/backends.js'
import { BACKENDS, type BackendName } from '../plan/types.js'

/** @throws TypeError naming `name`. */
export function parseOrder(name: string, order: unknown): BackendName[] {
  if (order === undefined) return ladderOf(process.platform)
  if (!Array.isArray(order)) throw invalidType(name, 'an array of backends', order)
  if (order.length === 0) throw invalidValue(name, order, 'cannot be empty')
  return order.map((backend, index) => parseBackend(`${name}[${index}]`, backend))
}

export function parseBackend(name: string, backend: unknown): BackendName {
  const known = BACKENDS.find((candidate) => candidate === backend)
  if (known === undefined) {
    throw invalidValue(name, backend, `must be one of ${BACKENDS.map((candidate) => inspect(candidate)).join(', ')}`)
  }
  return known
}
