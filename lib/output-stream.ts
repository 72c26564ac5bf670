/** An output of a command as a Readable. It is read on a thread of native code; here chunks arrive ready. */
import { AsyncResource } from 'node:async_hooks'
import { Readable } from 'node:stream'
import { asSandboxError } from './failure.js'
import type { NativeBinding, NativeStream } from './native/binding-types.js'
import type { OutputLimit } from './output-limit.js'

const HIGH_WATER_MARK_BYTES = 64 * 1024

/**
 * Behaves as the stdout of a ChildProcess. While nobody reads, about 2.5 MiB are kept in memory at most, and the command
 * waits. The Buffers are the reader's own.
 */
export class OutputStream extends Readable {
  /** As a Socket that is read only has it. */
  readonly writable = false
  readonly #native: NativeStream

  /** Takes the descriptor, also when it throws. Throws NativeFailure. */
  constructor(binding: NativeBinding, fd: number, limit: OutputLimit | undefined) {
    super({ highWaterMark: HIGH_WATER_MARK_BYTES })
    this.#native = binding.readOutput(
      fd,
      limit?.budget,
      // Listeners of the user run in a tick of their own, never inside of native code, and where the spawn was called.
      AsyncResource.bind((event) => {
        process.nextTick(() => (event === 'exceeded' ? limit?.onExceeded() : this.#pull()))
      }),
    )
    // As a socket does: what is there is read, and keeps the event loop alive, before somebody asks.
    this.read(0)
  }

  /** The descriptor of the pipe, so that the stream can be the `stdio` of another command. -1 when it is closed. */
  get fd(): number {
    return this.#native.fd
  }

  /** The program does not end while this stream waits for output. The default. */
  ref(): this {
    this.#native.ref()
    return this
  }

  unref(): this {
    this.#native.unref()
    return this
  }

  override _read(): void {
    this.#pull()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#native.close()
    callback(error)
  }

  #pull(): void {
    while (!this.destroyed) {
      const chunk = this.#take()
      if (chunk === undefined || !this.#pass(chunk)) return
    }
  }

  #take(): Buffer | undefined | null {
    try {
      return this.#native.take()
    } catch (error) {
      this.destroy(asSandboxError(error) as Error)
      return undefined
    }
  }

  /** False: enough for now. */
  #pass(chunk: Buffer | null): boolean {
    try {
      return this.push(chunk)
    } catch (error) {
      // Of a listener of the user. What comes next is not kept back by it.
      process.nextTick(() => this.#pull())
      throw error
    }
  }
}
