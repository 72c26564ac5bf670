/** Keeps the head and the tail of a stream of bytes in bounded memory. */

const FIRST_ALLOCATION_BYTES = 16 * 1024

export class OutputCapture {
  readonly #capacity: number
  /** Where the head ends; behind it, once the buffer is full, the tail goes round. */
  readonly #headEnd: number
  #buffer = Buffer.alloc(0)
  #used = 0
  /** The oldest byte of the tail, once the buffer is full. */
  #tailStart: number
  #total = 0

  /** `capacity` in bytes; Infinity keeps everything. */
  constructor(capacity: number) {
    this.#capacity = capacity
    this.#headEnd = Math.ceil(capacity / 2)
    this.#tailStart = this.#headEnd
  }

  get totalBytes(): number {
    return this.#total
  }

  get droppedBytes(): number {
    return this.#total - this.#used
  }

  write(chunk: Uint8Array): void {
    this.#total += chunk.length
    const fits = Math.min(chunk.length, this.#capacity - this.#used)
    if (fits > 0) this.#append(chunk.subarray(0, fits))
    if (fits < chunk.length) this.#overwriteTail(chunk.subarray(fits))
  }

  /** The bytes kept, in order. `tail` is empty as long as nothing was dropped. */
  parts(): { head: Buffer; tail: Buffer } {
    if (this.droppedBytes === 0) return { head: this.#buffer.subarray(0, this.#used), tail: Buffer.alloc(0) }
    const tail = Buffer.concat([
      this.#buffer.subarray(this.#tailStart, this.#used),
      this.#buffer.subarray(this.#headEnd, this.#tailStart),
    ])
    return { head: this.#buffer.subarray(0, this.#headEnd), tail }
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#used + bytes.length
    if (needed > this.#buffer.length) {
      const doubled = Math.max(FIRST_ALLOCATION_BYTES, this.#buffer.length * 2, needed)
      const grown = Buffer.allocUnsafeSlow(Math.min(doubled, this.#capacity))
      this.#buffer.copy(grown, 0, 0, this.#used)
      this.#buffer = grown
    }
    this.#buffer.set(bytes, this.#used)
    this.#used = needed
  }

  #overwriteTail(bytes: Uint8Array): void {
    const size = this.#used - this.#headEnd
    if (size <= 0) return
    // Of more bytes than the tail holds, the first ones would be overwritten again.
    const skipped = Math.max(0, bytes.length - size)
    let position = this.#headEnd + ((this.#tailStart - this.#headEnd + skipped) % size)
    for (let rest = bytes.subarray(skipped); rest.length > 0; ) {
      const part = rest.subarray(0, this.#used - position)
      this.#buffer.set(part, position)
      rest = rest.subarray(part.length)
      position += part.length
      if (position === this.#used) position = this.#headEnd
    }
    this.#tailStart = position
  }
}
