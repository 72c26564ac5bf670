/** The texts of `--help` and `help COMMAND`. */
import type { CommandName } from './given-options.js'

const OVERVIEW = `ringfence runs commands behind a fence that the operating system enforces.

  ringfence run [options] -- COMMAND [ARG...]    run a command inside the fence
  ringfence explain [options]                    show what each rule becomes on this machine
  ringfence doctor [--json]                      try out what is enforced here; exit 0 when fenced
  ringfence help COMMAND                         the options of one command
  ringfence --version

Without options the command may read everything, write below the current directory and
the temporary directories, and reach no network.

Windows restricts writing only, so a run there has to say what it does without:
--network unrestricted --best-effort unix-sockets --best-effort processes
`

const POLICY_OPTIONS = `  --policy FILE|PRESET   policy file (.toml, .json) or preset: read-only, workspace-write (default)
  --cwd DIR              working directory of the command (default: the current one)
  --read PATH            may be read, not written; repeatable
  --write PATH           may be read and written; repeatable
  --deny PATH            may be neither read nor written; repeatable
  --network MODE         none (default) or unrestricted
  --best-effort NAME     a protection that need not be complete: unix-sockets, processes, ...; repeatable
  --backend NAME         auto (default), namespaces, bubblewrap, landlock, restricted-token
  --timeout MS           end the command after this time
  --memory BYTES         limit of memory, of all processes together
  --processes N          limit of processes and threads
  --cpu SECONDS          limit of CPU time, of all processes together
  --open-files N         limit of open files of each process
  --file-size BYTES      limit of the size of each file that is written
  --output BYTES         limit of standard output and error together
  --env NAME=VALUE       set a variable; repeatable

Relative paths of --read, --write and --deny start at the working directory of the command.
The most specific rule wins. --network proxy and --allow-host are not available yet.
`

const EXIT_CODES = `Exit codes: the command's own; 124 timeout; 125 the sandbox failed or the usage is wrong, nothing
ran; 126 not executable; 127 not found; 128+n ended by signal n.
`

const TOPICS: Readonly<Record<CommandName, string>> = {
  run: `ringfence run [options] -- COMMAND [ARG...]

${POLICY_OPTIONS}
  --json FILE            write the result, or the error of the sandbox, to FILE as JSON
  -t, --tty              give the command a terminal of its own, with job control
  -q, --quiet            no warnings

Standard input, output and error are those of ringfence. SIGINT, SIGTERM, SIGHUP, SIGQUIT,
SIGUSR1, SIGUSR2 and SIGWINCH go on to the command; on Windows Ctrl-C and Ctrl-Break end it.

With --tty everything that is typed goes to the terminal of the command, Ctrl-C included. Its
size follows yours, or is 80 x 24. Your terminal is as before when ringfence ends.

${EXIT_CODES}`,
  explain: `ringfence explain [options] [--json] [-- COMMAND [ARG...]]

${POLICY_OPTIONS}
  --json                 print the plan as JSON

Nothing is run; a command after "--" is accepted so that the line of a run can be reused.
On Windows it also shows what the ACLs of the paths say now.
`,
  doctor: `ringfence doctor [--json]

Runs real commands in the fence of each backend. For each thing that should be refused, a control
shows that it works without the fence.

  --json                 print the report as JSON

Exit code 0 when the default policy can be enforced here and every check of the backend that is
taken for it passed, otherwise 1. On Windows that is the default policy with the network open, and
with unix-sockets and processes as best effort.
`,
}

export function helpText(topic: CommandName | undefined): string {
  return topic === undefined ? OVERVIEW : TOPICS[topic]
}
