/** Exit codes of the attempt program: uncommon ones, which no shell and no signal gives. */
export const ATTEMPT_EXIT = {
  allowed: 40,
  /** The system refused; the name of the errno is on stdout. */
  refused: 41,
  /** The attempt itself went wrong and says nothing. */
  broken: 42,
} as const
