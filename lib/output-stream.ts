/** An output of a command as a Readable. It is read on a thread of native code; here chunks arrive ready. */
import { AsyncResource } from 'node:async_hooks'
import { Readable } from 'node:stream'
import { asSandboxError } from './failure.js'
import type { NativeBinding, NativeStream, TerminalHandle } from './native/binding-types.js'
import type { OutputLimit } from './output-limit.js'

const HIGH_WATER_MARK_BYTES = 64 * 1024

/**
 * Behaves as the stdout of a ChildProcess. While nobody reads, about 2.5 MiB are kept in memory at most, and the command
 * waits. The Buffers are the reader's own.
 */
export class OutputStream extends Readable {
  /** As a Socket that is read only has it. */
  readonly writable = false
  #native: NativeStream | undefined
  #referenced = true
  /** `held`: what is said of the end waits for releaseEnd(). `ended`: it is to be said then. */
  #end: 'free' | 'held' | 'ended'
  /** Listeners of the user run where the spawn was called. */
  #asked = false
  readonly #resource = new AsyncResource('RingfenceOutput')

  constructor({ holdsEnd = false } = {}) {
    super({ highWaterMark: HIGH_WATER_MARK_BYTES })
    this.#end = holdsEnd ? 'held' : 'free'
  }

  /** Starts to read. Takes the descriptor, also when it throws. Throws NativeFailure. */
  open(
    binding: NativeBinding,
    source: number | TerminalHandle,
    limit: OutputLimit | undefined,
    onWritable?: () => void,
  ): NativeStream {
    const native = binding.readOutput(source, limit?.budget, (event) => {
      // In a tick of their own, never inside of native code.
      this.#resource.runInAsyncScope(() =>
        process.nextTick(() => {
          if (event === 'exceeded') limit?.onExceeded()
          else if (event === 'writable') onWritable?.()
          else this.#pull()
        }),
      )
    })
    this.#native = native
    if (!this.#referenced) native.unref()
    if (this.destroyed) native.close()
    // As a socket does: what is there is read, and keeps the event loop alive, before somebody asks.
    else if (!this.#asked) this.read(0)
    else this.#pull()
    return native
  }

  /** The end may be told from now on. */
  releaseEnd(): void {
    const ended = this.#end === 'ended'
    this.#end = 'free'
    if (ended) this.push(null)
  }

  /** It was never opened, and ends without content. */
  abandon(): void {
    this.#end = 'free'
    this.push(null)
  }

  /** The descriptor of the pipe, so that the stream can be the `stdio` of another command. -1 when it is closed. */
  get fd(): number {
    return this.#native?.fd ?? -1
  }

  /** The program does not end while this stream waits for output. The default. */
  ref(): this {
    this.#referenced = true
    this.#native?.ref()
    return this
  }

  unref(): this {
    this.#referenced = false
    this.#native?.unref()
    return this
  }

  override _read(): void {
    this.#asked = true
    this.#pull()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#native?.close()
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
      const chunk = this.#native?.take()
      if (chunk !== null || this.#end === 'free') return chunk
      this.#end = 'ended'
      return undefined
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
