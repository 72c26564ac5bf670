/** A mistake on the command line. Nothing has been started. */
export class UsageError extends Error {
  /**
   * @param what What is wrong, without a full stop.
   * @param where The argument that it is about.
   * @param hint What to do, one sentence with its full stop.
   */
  constructor(
    readonly what: string,
    readonly where: string,
    readonly hint: string,
  ) {
    super(`${what}: ${where}. ${hint}`)
    this.name = 'UsageError'
  }
}
