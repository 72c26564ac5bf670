/**
 * Signals of the caller go on to the command.
 *
 * The command has a session of its own, so the terminal's Ctrl-C and window changes do not reach it by themselves.
 */

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const

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
    child.kill(signal)
  }
  for (const signal of forwarded) process.on(signal, forward)
  return () => {
    for (const signal of forwarded) process.off(signal, forward)
  }
}
