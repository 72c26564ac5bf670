/** The command line as data. Every mistake is a UsageError; nothing is looked up here. */
import { COMMAND_NAMES, type CommandName, type GivenOptions, isCommandName, readOptions } from './given-options.js'
import { type PolicyArguments, readPolicyArguments } from './policy-arguments.js'
import { UsageError } from './usage-error.js'

export type Invocation =
  | {
      command: 'run'
      policy: PolicyArguments
      argv: [string, ...string[]]
      jsonFile: string | undefined
      tty: boolean
      quiet: boolean
    }
  | { command: 'explain'; policy: PolicyArguments; json: boolean }
  | { command: 'doctor'; json: boolean }
  | { command: 'help'; topic: CommandName | undefined }
  | { command: 'version' }

export function parseInvocation(argv: readonly string[]): Invocation {
  const [first, ...rest] = argv
  if (first === undefined) throw new UsageError('missing command', 'nothing after "ringfence"', SEE_HELP)
  if (first === '--help' || first === '-h') return { command: 'help', topic: undefined }
  if (first === '--version' || first === '-V') return { command: 'version' }
  if (first === 'help') return parseHelp(rest)
  if (!isCommandName(first)) {
    const what = first.startsWith('-') ? 'unknown option' : 'unknown command'
    throw new UsageError(what, first, `Use one of ${COMMAND_NAMES.join(', ')}, help.`)
  }
  const given = readOptions(first, rest)
  if (given.flags.has('help')) return { command: 'help', topic: first }
  switch (first) {
    case 'run':
      return parseRun(given)
    case 'explain':
      return { command: 'explain', policy: readPolicyArguments(given), json: given.flags.has('json') }
    case 'doctor':
      if (given.argv !== undefined) throw new UsageError('unexpected argument', '--', 'doctor takes no command.')
      return { command: 'doctor', json: given.flags.has('json') }
  }
}

const SEE_HELP = 'See "ringfence --help".'

function parseHelp(rest: readonly string[]): Invocation {
  const [topic, extra] = rest
  if (extra !== undefined) throw new UsageError('unexpected argument', extra, 'Give one command to help.')
  if (topic !== undefined && !isCommandName(topic)) {
    throw new UsageError('unknown command', topic, `Use one of ${COMMAND_NAMES.join(', ')}.`)
  }
  return { command: 'help', topic }
}

function parseRun(given: GivenOptions): Invocation {
  const [file, ...rest] = given.argv ?? []
  if (file === undefined) {
    throw new UsageError(
      'missing command',
      'nothing after "--"',
      'Write "ringfence run [options] -- COMMAND [ARG...]".',
    )
  }
  if (file === '') throw new UsageError('empty command', '""', 'Name a program after "--".')
  const jsonFile = given.values.get('json')?.[0]
  if (jsonFile === '') throw new UsageError('empty value', '--json', 'Give the name of a file.')
  return {
    command: 'run',
    policy: readPolicyArguments(given),
    argv: [file, ...rest],
    jsonFile,
    tty: given.flags.has('tty'),
    quiet: given.flags.has('quiet'),
  }
}
