/** The input of a command: a pipe that is given to Node's event loop only when there is something to write. */
import { Socket } from 'node:net'
import { Writable } from 'node:stream'
import type { NativeBinding } from './native/binding-types.js'

type Done = (error?: Error | null) => void

export class InputStream extends Writable {
  /** Of this process; undefined once it is closed, or written to. */
  fd: number | undefined
  /** As that of a ChildProcess has it, which is a socket. */
  readonly readable = false
  readonly #binding: NativeBinding
  /** Making one costs more than the rest of a spawn, and most commands are never written to. */
  #socket: Socket | undefined

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
    if (this.#socket !== undefined) this.#socket.end(done)
    else done()
  }

  override _destroy(error: Error | null, done: Done): void {
    if (this.#socket !== undefined) this.#socket.destroy()
    else if (this.fd !== undefined) this.#binding.closeFd(this.fd)
    this.fd = undefined
    done(error)
  }

  #open(): Socket {
    if (this.#socket !== undefined) return this.#socket
    const fd = this.fd as number
    const socket = new Socket({ fd, readable: false, writable: true })
    this.#binding.letGoOfFd(fd)
    // EPIPE: the command has closed its input.
    socket.on('error', (error) => this.destroy(error))
    this.fd = undefined
    this.#socket = socket
    return socket
  }
}
