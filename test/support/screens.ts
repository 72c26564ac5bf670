/** A person in front of a command's terminal: types, and waits for what is shown. */
import type { TerminalProcess } from '../../lib/index.js'

const PATIENCE_MS = 10_000

export class Screen {
  /** Everything so far. */
  text = ''
  /** Up to here it was waited for. */
  #seen = 0
  readonly #child: TerminalProcess
  readonly #closed: Promise<number | NodeJS.Signals>

  constructor(child: TerminalProcess) {
    this.#child = child
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.text += text
    })
    this.#closed = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'))
    })
  }

  type(text: string): void {
    this.#child.stdin.write(text)
  }

  /** Resolves with the match when it is shown after what was waited for last. */
  async see(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + PATIENCE_MS
    for (;;) {
      const match = pattern.exec(this.text.slice(this.#seen))
      if (match !== null) {
        this.#seen += match.index + match[0].length
        return match
      }
      if (Date.now() > deadline || this.#child.stdout.destroyed) {
        throw new Error(`${pattern} is not shown in ${JSON.stringify(this.text.slice(this.#seen))}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  /** The exit code, or the signal. */
  closed(): Promise<number | NodeJS.Signals> {
    return this.#closed
  }
}
