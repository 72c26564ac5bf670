/** Scripts that stand for other versions of bwrap: what they do not refuse, the real one does. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface OldBubblewrap {
  /** Options that it does not know. */
  without?: readonly string[]
  /** Of `--version`. Default: the real one. */
  version?: string
  /** Shell code that runs before a sandbox is made; `$@` are the arguments, `$status` is the fd of --json-status-fd. */
  before?: string
}

/** Options that came after 0.4.0, by bubblewrap's NEWS.md. */
export const NEWER_OPTIONS = [
  '--add-seccomp-fd',
  '--argv0',
  '--assert-userns-disabled',
  '--bind-fd',
  '--chmod',
  '--clearenv',
  '--disable-userns',
  '--level-prefix',
  '--overlay',
  '--overlay-src',
  '--perms',
  '--pidns',
  '--ro-bind-fd',
  '--ro-overlay',
  '--size',
  '--tmp-overlay',
] as const

/** Tests change it. */
const searchPath = (process.env.PATH ?? '').split(delimiter)

/** The bwrap of this machine. */
export function realBubblewrap(): string {
  for (const directory of searchPath) {
    try {
      execFileSync(join(directory, 'bwrap'), ['--version'], { stdio: 'ignore' })
      return join(directory, 'bwrap')
    } catch {}
  }
  throw new Error('there is no bwrap on this machine')
}

/** Writes `directory`/bwrap. */
export function makeBubblewrap(directory: string, { without = [], version, before = '' }: OldBubblewrap): string {
  const real = realBubblewrap()
  const help = execFileSync(real, ['--help'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const named = execFileSync(real, ['--version'], { encoding: 'utf8' })
  const kept = help.split('\n').filter((line) => !without.some((option) => wordsOf(line).includes(option)))
  writeFileSync(join(directory, 'help'), kept.join('\n'))
  writeFileSync(join(directory, 'version'), version === undefined ? named : `bubblewrap ${version}\n`)
  const refused = without.length === 0 ? '--no-such-option' : without.join('|')
  const script = `#!/bin/sh
here=${directory}
case "$1" in
  --help) exec cat "$here/help" ;;
  --version) exec cat "$here/version" ;;
esac
previous=
for argument in "$@"; do
  case "$argument" in
    --) break ;;
    ${refused})
      echo "bwrap: Unknown option $argument" >&2
      exit 1 ;;
  esac
  [ "$previous" = --json-status-fd ] && status=$argument
  previous=$argument
done
${before}
exec ${real} "$@"
`
  const path = join(directory, 'bwrap')
  writeFileSync(path, script, { mode: 0o755 })
  return path
}

function wordsOf(line: string): string[] {
  return line.match(/--[a-z0-9-]+/g) ?? []
}
