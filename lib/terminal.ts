/** The terminal of a command: what is typed into it, what it shows, how large it is. */
import { Writable } from 'node:stream'
import { invalidValue, requireObject } from './argument-errors.js'
import { isNativeFailure } from './failure.js'
import type { NativeBinding, NativeTerminal, TerminalHandle } from './native/binding-types.js'
import type { OutputCapture } from './output-capture.js'
import type { OutputLimit } from './output-limit.js'
import { OutputStream } from './output-stream.js'

/** In characters, 1 to 65535. */
export interface TerminalSize {
  columns: number
  rows: number
}

const DEFAULT_SIZE: TerminalSize = { columns: 80, rows: 24 }

/** The kernel keeps both in 16 bits. */
const MAX_DIMENSION = 0xffff

/** @throws TypeError naming the field. */
export function parseTerminalSize(given: unknown): TerminalSize | undefined {
  if (given === undefined || given === null) return undefined
  const { columns = DEFAULT_SIZE.columns, rows = DEFAULT_SIZE.rows } = requireObject('options.tty', given)
  return {
    columns: requireDimension('options.tty.columns', columns),
    rows: requireDimension('options.tty.rows', rows),
  }
}

/** @throws TypeError */
export function requireDimension(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_DIMENSION) return value
  throw invalidValue(name, value, `must be a whole number from 1 to ${MAX_DIMENSION}`)
}

/** Is there before the command is: what is typed meanwhile arrives when it runs. */
export class Terminal {
  readonly input = new TerminalInput()
  readonly output: OutputStream | OutputCapture
  #size: TerminalSize
  #native: NativeTerminal | undefined
  #resized = false

  constructor(size: TerminalSize, capture?: OutputCapture) {
    this.#size = size
    this.output = capture ?? new OutputStream({ holdsEnd: true })
  }

  get size(): TerminalSize {
    return { ...this.#size }
  }

  /** The stream of the output, null when it is captured. */
  get stream(): OutputStream | null {
    return this.output instanceof OutputStream ? this.output : null
  }

  /** The command runs. Takes the handle, also when it throws. Throws NativeFailure. */
  open(binding: NativeBinding, handle: TerminalHandle, limit: OutputLimit | undefined): void {
    this.#native = this.output.open(binding, handle, limit, () => this.input.resume())
    if (this.#resized) this.#native.resize(this.#size.columns, this.#size.rows)
    this.input.open(this.#native)
  }

  /** The kernel sends SIGWINCH to the foreground process group when the size is another one. */
  resize(columns: number, rows: number): void {
    this.#size = { columns, rows }
    this.#resized = true
    this.#native?.resize(columns, rows)
  }

  /** `exit` was emitted: the output may end. */
  commandEnded(): void {
    this.stream?.releaseEnd()
  }

  /** Nothing of the command is left, so nothing opens the terminal any more. */
  closed(): void {
    if (this.#native === undefined) this.output.abandon()
  }

  destroy(): void {
    this.input.destroy()
    this.output.destroy()
  }
}

/**
 * A full terminal tells when there is room again only if somebody reads from it. It also gets room by dropping what
 * is typed into a line that is too long (4095 bytes), and nobody is told of that.
 */
const RETRY_MS = 50

/** As typed on a keyboard. end() types Ctrl-D (Windows: Ctrl-Z, Enter), as long as the terminal hands over whole lines. */
class TerminalInput extends Writable {
  #native: NativeTerminal | undefined
  #pending: { bytes: Uint8Array; done: (error?: Error | null) => void } | undefined
  #ending: ((error?: Error | null) => void) | undefined
  #retry: NodeJS.Timeout | undefined
  /** What was typed last ended a line. */
  #atLineStart = true
  /** As a Socket that is written only has it. */
  readonly readable = false

  constructor() {
    super({ decodeStrings: true })
  }

  open(native: NativeTerminal): void {
    if (this.destroyed) return
    this.#native = native
    this.resume()
    if (this.#ending !== undefined) this.#typeEnd(this.#ending)
  }

  /** There may be room again. */
  resume(): void {
    clearTimeout(this.#retry)
    if (this.#native === undefined || this.#pending === undefined) return
    const { bytes, done } = this.#pending
    const written = this.#type(this.#native, bytes)
    if (written === undefined) return
    if (written < bytes.length) {
      this.#pending = { bytes: bytes.subarray(written), done }
      this.#retry = setTimeout(() => this.resume(), RETRY_MS)
      return
    }
    this.#pending = undefined
    done()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (chunk.length > 0) this.#atLineStart = chunk.at(-1) === LINE_FEED || chunk.at(-1) === CARRIAGE_RETURN
    this.#pending = { bytes: chunk, done }
    this.resume()
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#native === undefined) this.#ending = done
    else this.#typeEnd(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#retry)
    this.#native = undefined
    done(error)
  }

  /** The first one hands over a line that was begun, the second is the end. */
  #typeEnd(done: (error?: Error | null) => void): void {
    this.#ending = undefined
    const character = this.#native?.endOfInput()
    if (character === undefined) {
      done()
      return
    }
    const line = this.#atLineStart ? [] : [endsLine(character)]
    this.#pending = { bytes: Uint8Array.from([...line, ...endOf(character)]), done }
    this.resume()
  }

  /** Undefined: the terminal is gone, and nobody cares for what is typed. */
  #type(native: NativeTerminal, bytes: Uint8Array): number | undefined {
    try {
      return native.write(bytes)
    } catch (error) {
      if (!isNativeFailure(error)) throw error
      this.destroy()
      return undefined
    }
  }
}

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** Of consoles of Windows: it ends the input at the start of a line, and that line has to be entered. */
const CONTROL_Z = 0x1a

/** What hands over a line that was begun. */
function endsLine(character: number): number {
  return character === CONTROL_Z ? CARRIAGE_RETURN : character
}

function endOf(character: number): number[] {
  return character === CONTROL_Z ? [CONTROL_Z, CARRIAGE_RETURN] : [character]
}
