/** The stdout of a command as an async iterable. */
import type { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'

/**
 * The chunks. Ends when the command is closed, so that how it ended is known after the loop; throws what `error` says.
 * Listens from the call on, before the first chunk is asked for.
 */
export function chunksOf(command: EventEmitter, stdout: Readable, closed: boolean): AsyncGenerator<Buffer> {
  let failure: Error | undefined
  command.once('error', (error: Error) => {
    failure = error
  })
  const whenClosed = closed ? undefined : new Promise<void>((resolve) => command.once('close', () => resolve()))
  async function* chunks(): AsyncGenerator<Buffer> {
    yield* stdout
    await whenClosed
    if (failure !== undefined) throw failure
  }
  return chunks()
}
