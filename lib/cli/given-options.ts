/** The options of each command, and what of them was given, before any value is looked at. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { Access } from '../policy/types.js'
import { UsageError } from './usage-error.js'

type Options = NonNullable<ParseArgsConfig['options']>

const POLICY_OPTIONS = {
  policy: { type: 'string' },
  cwd: { type: 'string' },
  read: { type: 'string', multiple: true },
  write: { type: 'string', multiple: true },
  deny: { type: 'string', multiple: true },
  network: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  'best-effort': { type: 'string', multiple: true },
  backend: { type: 'string' },
  timeout: { type: 'string' },
  memory: { type: 'string' },
  processes: { type: 'string' },
  cpu: { type: 'string' },
  'open-files': { type: 'string' },
  'file-size': { type: 'string' },
  output: { type: 'string' },
  env: { type: 'string', multiple: true },
} satisfies Options

const HELP_OPTION = { help: { type: 'boolean', short: 'h' } } satisfies Options

const COMMAND_OPTIONS = {
  run: {
    ...POLICY_OPTIONS,
    ...HELP_OPTION,
    json: { type: 'string' },
    tty: { type: 'boolean', short: 't' },
    quiet: { type: 'boolean', short: 'q' },
  },
  explain: { ...POLICY_OPTIONS, ...HELP_OPTION, json: { type: 'boolean' } },
  doctor: { ...HELP_OPTION, json: { type: 'boolean' } },
} satisfies Record<string, Options>

export type CommandName = keyof typeof COMMAND_OPTIONS

export const COMMAND_NAMES = Object.keys(COMMAND_OPTIONS) as CommandName[]

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMAND_OPTIONS, name)
}

/** What was given, in order, before any value is looked at. */
export interface GivenOptions {
  flags: Set<string>
  values: Map<string, string[]>
  rules: Array<{ path: string; access: Access }>
  /** Undefined when there is no `--`. */
  argv: string[] | undefined
}

const ACCESS_OF_OPTION: Readonly<Record<string, Access>> = { read: 'read', write: 'write', deny: 'none' }

/**
 * Tokens instead of parseArgs' own strict mode: its messages are for developers, and it would take `--` as a value.
 */
export function readOptions(command: CommandName, args: readonly string[]): GivenOptions {
  const options: Options = COMMAND_OPTIONS[command]
  const end = args.indexOf('--')
  const before = end === -1 ? args : args.slice(0, end)
  const { tokens } = parseArgs({ args: [...before], options, strict: false, allowPositionals: true, tokens: true })
  const given: GivenOptions = {
    flags: new Set(),
    values: new Map(),
    rules: [],
    argv: end === -1 ? undefined : args.slice(end + 1),
  }
  for (const token of tokens) {
    if (token.kind === 'option') readOption(command, options, token, given)
    else if (token.kind === 'positional') {
      const hint = command === 'doctor' ? 'doctor takes no command.' : 'Put "--" before the command.'
      throw new UsageError('unexpected argument', token.value, hint)
    }
  }
  return given
}

function readOption(
  command: CommandName,
  options: Options,
  token: { name: string; rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
  given: GivenOptions,
): void {
  const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
  if (option === undefined) {
    throw new UsageError('unknown option', token.rawName, `See "ringfence help ${command}".`)
  }
  if (option.type === 'boolean') {
    if (token.value !== undefined)
      throw new UsageError('unexpected value', `${token.rawName}=${token.value}`, 'It takes none.')
    given.flags.add(token.name)
    return
  }
  if (token.value === undefined || (token.inlineValue !== true && token.value.startsWith('--'))) {
    throw new UsageError('missing value', token.rawName, `See "ringfence help ${command}".`)
  }
  const values = given.values.get(token.name) ?? []
  if (values.length > 0 && option.multiple !== true) {
    throw new UsageError('option given twice', token.rawName, 'Give it once.')
  }
  given.values.set(token.name, [...values, token.value])
  const access = ACCESS_OF_OPTION[token.name]
  if (access !== undefined) {
    if (token.value === '') throw new UsageError('empty value', token.rawName, 'Give a path.')
    given.rules.push({ path: token.value, access })
  }
}
