/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util'

export const USAGE = `npm run bench [-- [MEASUREMENT...] [--rounds N] [--variant REGEXP] [--out DIR]]
npm run bench -- check [--rounds N] [--out DIR]

check       runs what the acceptance is about, and says of each line whether it holds
--rounds    rounds of each measurement in place of its own number
--variant   only variants whose name matches, and posix_spawn
--out       where results.json, results.md and the plots go (default: bench-results)
`

const CHECKED = ['spawn', 'heap', 'mounts', 'output']

/** `all` are the names of measurements. Throws TypeError. */
export function parseBenchArguments(args, all) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      variant: { type: 'string' },
      out: { type: 'string', default: 'bench-results' },
      help: { type: 'boolean', default: false },
    },
  })
  const check = positionals[0] === 'check'
  const names = check ? positionals.slice(1) : positionals
  const unknown = names.find((name) => !all.includes(name))
  if (unknown !== undefined) throw new TypeError(`no measurement ${unknown}: there are ${all.join(', ')}, and check`)
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) throw new TypeError('--rounds takes a number')
  return {
    check,
    names: names.length > 0 ? names : check ? CHECKED : all,
    rounds,
    variant: new RegExp(values.variant ?? ''),
    out: values.out,
    help: values.help,
  }
}
