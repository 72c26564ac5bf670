/**
 * Signals of the caller go on to the command.
 *
 * The command has a session of its own, so the terminal's Ctrl-C and window changes do not reach it by themselves.
 */

const FORWARDED: readonly NodeJS.Signals[] =
  process.platform === 'win32'
    ? ['SIGINT', 'SIGBREAK', 'SIGHUP']
    : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH']

/** What the command gets. On Windows Ctrl-Break, and the end of the console, can only be told by ending it. */
function passedOn(signal: NodeJS.Signals): NodeJS.Signals {
  return process.platform === 'win32' && signal !== 'SIGINT' ? 'SIGTERM' : signal
}

/**
 * @param except With a terminal of its own, the command learns by that what the caller's terminal tells by a signal.
 * @returns A function that gives the signals their former meaning back.
 */
export function forwardSignals(
  child: { kill(signal: NodeJS.Signals): boolean },
  { except }: { except?: NodeJS.Signals } = {},
): () => void {
  const forwarded = FORWARDED.filter((signal) => signal !== except)
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(passedOn(signal))
  }
  for (const signal of forwarded) process.on(signal, forward)
  return () => {
    for (const signal of forwarded) process.off(signal, forward)
  }
}
