/** From any value to a policy, or to an error that names the field. */
import type * as z from 'zod'
import { HOST_SYSTEM, type PathSystem } from './paths.js'
import { fieldName, PolicyError } from './policy-error.js'
import { policySchemaOf } from './schema.js'
import type { Policy } from './types.js'

export interface ParseOptions {
  /** The policy file, for error messages. */
  file?: string
  /** Whose paths the rules are. Default: those of this system. */
  system?: PathSystem
}

/** Throws PolicyError for the first thing that is wrong; a message says how many others there are. */
export function parsePolicy(value: unknown, { file, system = HOST_SYSTEM }: ParseOptions = {}): Policy {
  const place = file === undefined ? {} : { file }
  if (hasOwnProto(value)) throw new PolicyError('write ./__proto__', { ...place, field: 'filesystem.__proto__' })
  const result = policySchemaOf(system).safeParse(value)
  if (result.success) return result.data as Policy
  const [issue] = result.error.issues
  if (issue === undefined) throw new PolicyError('not a policy', place)
  const { path, problem } = explain(issue, value)
  const more = result.error.issues.length - 1
  const suffix = more === 0 ? '' : ` (and ${more} more ${more === 1 ? 'problem' : 'problems'})`
  throw new PolicyError(problem + suffix, { ...place, field: fieldName(path) })
}

function explain(issue: z.core.$ZodIssue, value: unknown): { path: PropertyKey[]; problem: string } {
  const { path } = issue
  switch (issue.code) {
    case 'unrecognized_keys': {
      const [key = ''] = issue.keys
      return { path: [...path, key], problem: 'unknown field' }
    }
    case 'invalid_value':
      return { path, problem: `expected ${issue.values.join('|')}, got ${show(at(value, path))}` }
    case 'invalid_type':
      return { path, problem: `expected ${article(issue.expected)}, got ${show(at(value, path))}` }
    case 'invalid_key':
      return { path, problem: issue.issues[0]?.message ?? issue.message }
    default:
      return { path, problem: issue.message }
  }
}

function article(type: string): string {
  if (type === 'record' || type === 'object') return 'a table of names and values'
  if (type === 'array') return 'a list'
  if (type === 'int') return 'a whole number'
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : inner,
    value,
  )
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value)
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

/** zod passes over a key `__proto__`: a rule that would be dropped without a word. */
function hasOwnProto(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { filesystem } = value as { filesystem?: unknown }
  return typeof filesystem === 'object' && filesystem !== null && Object.hasOwn(filesystem, '__proto__')
}
