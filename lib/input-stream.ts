/** The input of a command: a pipe that is opened for writing only when there is something to write. */
import { Writable } from 'node:stream'
import { type Done, type InputSink, openInputSink } from './input-sink.js'
import type { NativeBinding } from './native/binding-types.js'

export class InputStream extends Writable {
  /** Of this process, on Windows a handle; undefined once it is closed, or written to. */
  fd: number | undefined
  /** As that of a ChildProcess has it, which is a socket. */
  readonly readable = false
  readonly #binding: NativeBinding
  /** Making one costs more than the rest of a spawn, and most commands are never written to. */
  #sink: InputSink | undefined

  /** Takes `fd` over, the write end of a pipe. */
  constructor(binding: NativeBinding, fd: number) {
    super()
    this.#binding = binding
    this.fd = fd
    // A worker thread may be terminated at any time.
    binding.holdFd(fd)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#open().write(chunk, done)
  }

  override _final(done: Done): void {
    if (this.#sink !== undefined) this.#sink.end(done)
    else done()
  }

  override _destroy(error: Error | null, done: Done): void {
    if (this.#sink !== undefined) this.#sink.destroy()
    else if (this.fd !== undefined) this.#binding.closeFd(this.fd)
    this.fd = undefined
    done(error)
  }

  #open(): InputSink {
    if (this.#sink !== undefined) return this.#sink
    this.#sink = openInputSink(this.#binding, this.fd as number, (error) => this.destroy(error))
    this.fd = undefined
    return this.#sink
  }
}
