/**
 * Signals of the caller go on to the command.
 *
 * The command has a session of its own, so the terminal's Ctrl-C and window changes do not reach it by themselves.
 */

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const

/** @returns A function that gives the signals their former meaning back. */
export function forwardSignals(child: { kill(signal: NodeJS.Signals): boolean }): () => void {
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal)
  }
  for (const signal of FORWARDED) process.on(signal, forward)
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward)
  }
}
