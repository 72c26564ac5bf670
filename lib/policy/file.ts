/** Policy files: TOML, or JSON when the name ends in `.json`. */
import { readFile } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { SandboxError } from '../errors.js'
import { errnoOf } from './file-system.js'
import { findJsonFault } from './json-text.js'
import { fieldName, PolicyError } from './policy-error.js'
import type { Policy } from './types.js'

export interface LoadedPolicy {
  policy: Policy
  /** Absolute. */
  file: string
  /** Where relative paths of the policy start: the directory of the file. */
  baseDirectory: string
}

/**
 * Throws SandboxError `SANDBOX_POLICY_UNREADABLE` when the file cannot be read, and PolicyError when it is not
 * a policy: with line and column where the text is malformed, with the field where its content is.
 * The result goes to `resolvePolicy(policy, { ...context, file, baseDirectory })`.
 */
export async function loadPolicyFile(path: string): Promise<LoadedPolicy> {
  if (path === '' || path.includes('\0')) throw new PolicyError('the path of the policy file is empty or contains NUL')
  const file = resolve(path)
  const text = await read(file)
  const value = withoutSchemaReference(extname(file) === '.json' ? parseJson(text, file) : await parseToml(text, file))
  const { parsePolicy } = await import('./parse.js')
  return { policy: parsePolicy(value, { file }), file, baseDirectory: dirname(file) }
}

async function read(file: string): Promise<string> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    const errno = errnoOf(error as NodeJS.ErrnoException)
    throw new SandboxError(`cannot read the policy ${file}: ${code}`, {
      code: 'SANDBOX_POLICY_UNREADABLE',
      stage: 'policy.read',
      ...(errno === undefined || syscall === undefined ? {} : { errno, syscall }),
      path: file,
      cause: error,
    })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new PolicyError('the file is not valid UTF-8', { file, cause })
  }
}

function parseJson(text: string, file: string): unknown {
  const fault = findJsonFault(text)
  if (fault === undefined) return JSON.parse(text)
  const before = text.slice(0, fault.offset).split('\n')
  const column = (before.at(-1)?.length ?? 0) + 1
  throw new PolicyError(fault.problem, { file, line: before.length, column })
}

async function parseToml(text: string, file: string): Promise<unknown> {
  const { parse, TomlError } = await import('smol-toml')
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    // The first line is the sentence; a picture of the place follows.
    const [sentence = 'not valid TOML'] = error.message.split('\n')
    throw new PolicyError(sentence, { file, line: error.line, column: error.column, cause: error })
  }
}

/** `$schema` is for editors. */
function withoutSchemaReference(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, '$schema')) return value
  const { $schema, ...policy } = value as { $schema: unknown }
  if (typeof $schema !== 'string') throw new PolicyError('expected a string', { field: fieldName(['$schema']) })
  return policy
}
