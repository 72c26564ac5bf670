/** Every variant by name, in the order of the tables. */
import { BASELINES } from './baselines.mjs'
import { PEERS } from './peers.mjs'
import { SANDBOXES } from './sandboxes.mjs'

const ALL = { ...BASELINES, ...SANDBOXES, ...PEERS }

/** What everything is compared with. */
export const FLOOR = 'posix_spawn'

export const PLAIN = 'child_process.spawn'

/** The sandbox that a program gets which asks for nothing. */
export const DEFAULT = 'namespaces'

export const ISOLATIONS = [
  'namespaces, isolation command',
  'namespaces, isolation session',
  'namespaces, isolation fresh',
]

export const BASELINE_NAMES = Object.keys(BASELINES)

export const SANDBOX_NAMES = Object.keys(SANDBOXES)

export const PEER_NAMES = Object.keys(PEERS)

export function makeVariant(name, context) {
  const make = ALL[name]
  if (make === undefined) throw new Error(`no variant ${name}`)
  return make(context)
}
