/** Counts what a command writes, for the policy's `outputBytes`. */
import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream'

/** Shared by the outputs of one command. */
export class OutputMeter {
  #left: number
  readonly #onExceeded: () => void

  /** `onExceeded` is called once, with the first byte too many; nothing passes from then on. */
  constructor(limitBytes: number, onExceeded: () => void) {
    this.#left = limitBytes
    this.#onExceeded = onExceeded
  }

  /** The same bytes, up to the limit. Errors go through. */
  measure(output: Readable): Readable {
    const counted = new Transform({
      transform: (chunk: Buffer, _encoding, done: TransformCallback) => done(null, this.#take(chunk)),
    })
    // Whoever reads `counted` gets the error as its own.
    pipeline(output, counted, () => {})
    return counted
  }

  #take(chunk: Buffer): Buffer {
    if (chunk.length <= this.#left) {
      this.#left -= chunk.length
      return chunk
    }
    const kept = chunk.subarray(0, Math.max(0, this.#left))
    if (this.#left >= 0) {
      this.#left = -1
      this.#onExceeded()
    }
    return kept
  }
}
