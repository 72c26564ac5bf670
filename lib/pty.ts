/** A command on a terminal in the shape that front ends for terminals, such as xterm.js, know from node-pty. */
import { basename } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { invalidValue } from './argument-errors.js'
import type { SandboxedProcess } from './process.js'
import { requireSignal } from './signals.js'

/** Sent when nothing else is asked for. */
const CLOSED = process.platform === 'win32' ? 'SIGTERM' : 'SIGHUP'

export interface PtyDisposable {
  dispose(): void
}

export interface PtyExit {
  /** 0 when a signal ended the command, -errno when it did not run. */
  exitCode: number
  /** The number of the signal that ended it. */
  signal?: number
}

/** What node-pty calls IPty. */
export interface Pty {
  /** As `pid` of the command; -1 when there is no process. */
  readonly pid: number
  readonly cols: number
  readonly rows: number
  /** The name of the command, for a title. */
  readonly process: string
  /** Always false: XON and XOFF in the data have no meaning of their own. Use pause() and resume(). */
  readonly handleFlowControl: boolean
  /** What the terminal shows, decoded as UTF-8; characters are never cut. Nothing is read before the first listener. */
  onData(listener: (data: string) => void): PtyDisposable
  /** After the last data, when everything of the command is gone. */
  onExit(listener: (exit: PtyExit) => void): PtyDisposable
  /** Types. */
  write(data: string | Buffer): void
  resize(columns: number, rows: number): void
  /** Does nothing: there is no other buffer than that of the front end. */
  clear(): void
  /** Default SIGHUP, as when a terminal is closed; on Windows SIGTERM. A shell that ignores it needs SIGKILL. */
  kill(signal?: string): void
  pause(): void
  resume(): void
}

/**
 * A view of `child`, which stays as it is. Whoever takes it reads `child.stdout` through it and nowhere else. That a
 * command did not run is the event `error` of `child`, as always.
 *
 * @throws TypeError when `child` was started without the option `tty`.
 */
export function asPty(child: SandboxedProcess): Pty {
  return new PtyView(child)
}

class PtyView implements Pty {
  readonly process: string
  readonly handleFlowControl = false
  readonly #child: SandboxedProcess
  readonly #decoder = new StringDecoder('utf8')
  readonly #dataListeners = new Set<(data: string) => void>()
  readonly #exitListeners = new Set<(exit: PtyExit) => void>()
  #reading = false

  constructor(child: SandboxedProcess) {
    if (child.tty === undefined) throw invalidValue('child', undefined, "must be started with the option 'tty'")
    this.#child = child
    this.process = basename(child.spawnfile)
    child.once('close', () => {
      for (const listener of this.#exitListeners) listener(exitOf(child))
    })
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  get cols(): number {
    return this.#child.tty?.columns ?? 0
  }

  get rows(): number {
    return this.#child.tty?.rows ?? 0
  }

  onData(listener: (data: string) => void): PtyDisposable {
    this.#read()
    return added(this.#dataListeners, listener)
  }

  onExit(listener: (exit: PtyExit) => void): PtyDisposable {
    return added(this.#exitListeners, listener)
  }

  write(data: string | Buffer): void {
    this.#child.stdin?.write(data)
  }

  resize(columns: number, rows: number): void {
    this.#child.resize(columns, rows)
  }

  clear(): void {}

  kill(signal = CLOSED): void {
    this.#child.kill(requireSignal('signal', signal, 1))
  }

  pause(): void {
    this.#child.stdout?.pause()
  }

  resume(): void {
    this.#child.stdout?.resume()
  }

  #read(): void {
    if (this.#reading) return
    this.#reading = true
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#tell(this.#decoder.write(chunk)))
    this.#child.stdout?.once('end', () => this.#tell(this.#decoder.end()))
  }

  #tell(data: string): void {
    if (data === '') return
    for (const listener of this.#dataListeners) listener(data)
  }
}

/** Each call adds a listener of its own, also for the same function. */
function added<T>(listeners: Set<(value: T) => void>, listener: (value: T) => void): PtyDisposable {
  const own = (value: T) => listener(value)
  listeners.add(own)
  return { dispose: () => void listeners.delete(own) }
}

function exitOf({ exitCode, signalCode }: SandboxedProcess): PtyExit {
  return { exitCode: exitCode ?? 0, ...(signalCode !== null && { signal: requireSignal('signal', signalCode, 1) }) }
}
