/** A mistake in a policy as written: the caller's to correct, found before anything starts. */

export interface PolicyErrorFields {
  /** The policy file, if the policy is from one. */
  file?: string
  /** The field as one would write it in TypeScript: `filesystem["./x"]`, `network.allow[0]`. */
  field?: string
  /** From 1. */
  line?: number
  /** From 1, in characters. */
  column?: number
  cause?: unknown
}

const brand = Symbol.for('ringfence.PolicyError')

export class PolicyError extends TypeError {
  readonly file?: string
  readonly field?: string
  readonly line?: number
  readonly column?: number

  constructor(problem: string, fields: PolicyErrorFields = {}) {
    super(describe(problem, fields), fields.cause === undefined ? undefined : { cause: fields.cause })
    this.name = 'PolicyError'
    if (fields.file !== undefined) this.file = fields.file
    if (fields.field !== undefined) this.field = fields.field
    if (fields.line !== undefined) this.line = fields.line
    if (fields.column !== undefined) this.column = fields.column
    Object.defineProperty(this, brand, { value: true })
  }

  /** True for errors of any copy of this package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
  }
}

/** `policy.toml:3:7: filesystem["./x"]: problem`, on one line. */
function describe(problem: string, { file, field, line, column }: PolicyErrorFields): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  return [place, field, problem]
    .filter((part) => part !== undefined && part !== '')
    .join(': ')
    .replaceAll('\n', ' ')
    .replaceAll('\0', '\\0')
}

/** `filesystem`, `./x` -> `filesystem["./x"]`; names that need no quotes are joined with dots. */
export function fieldName(path: ReadonlyArray<PropertyKey>): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^[A-Za-z_$][\w$]*$/.test(String(part))) text += text === '' ? String(part) : `.${String(part)}`
    else text += `[${JSON.stringify(String(part))}]`
  }
  return text
}
