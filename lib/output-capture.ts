/** Head and tail of an output, captured in native code until its end. */
import { EventEmitter } from 'node:events'
import { asSandboxError } from './failure.js'
import type { CapturedBytes, NativeBinding, NativeCapture, TerminalHandle } from './native/binding-types.js'
import type { OutputLimit } from './output-limit.js'

interface OutputCaptureEvents {
  /** The output could not be read to its end. Before `close`. */
  error: [error: Error]
  /** The output has ended; `captured` says what it was. */
  close: []
}

export class OutputCapture extends EventEmitter<OutputCaptureEvents> {
  /** Empty before `close`. */
  captured: CapturedBytes = { bytes: Buffer.alloc(0), headBytes: 0, droppedBytes: 0 }
  readonly #maxBytes: number
  #native: NativeCapture | undefined

  /** Keeps the first and the last half of `maxBytes`. Infinity keeps everything. */
  constructor(maxBytes: number) {
    super()
    this.#maxBytes = maxBytes
  }

  /** Starts to read. Takes the descriptor, also when it throws. Throws NativeFailure. */
  open(
    binding: NativeBinding,
    source: number | TerminalHandle,
    limit: OutputLimit | undefined,
    onWritable?: () => void,
  ): NativeCapture {
    this.#native = binding.captureOutput(source, this.#maxBytes, limit?.budget, (event) => {
      process.nextTick(() => {
        if (event === 'exceeded') limit?.onExceeded()
        else if (event === 'writable') onWritable?.()
        else this.#end()
      })
    })
    return this.#native
  }

  /** It was never opened, and ends without content. */
  abandon(): void {
    this.emit('close')
  }

  /** Stops reading: nothing is captured, and no event comes. */
  destroy(): void {
    this.#native?.close()
  }

  #end(): void {
    try {
      if (this.#native !== undefined) this.captured = this.#native.result()
    } catch (error) {
      this.emit('error', asSandboxError(error) as Error)
    } finally {
      this.destroy()
    }
    this.emit('close')
  }
}
