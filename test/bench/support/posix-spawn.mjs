/** Times posix_spawn of a program from a small process of its own. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export class PosixSpawn {
  #child
  #lines

  /** `floor` is the program of floor.cc. */
  constructor(floor, argv, options = {}) {
    this.#child = spawn(floor, argv, { ...options, stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
  }

  /** Microseconds for `count` starts, at most `inFlight` of them at once. */
  async run(count = 1, inFlight = 1) {
    this.#child.stdin.write(`${count} ${inFlight}\n`)
    const { value, done } = await this.#lines.next()
    if (done || value === 'failed') throw new Error(`${this.#child.spawnargs[1]} did not end with 0`)
    return Number(value)
  }

  end() {
    this.#child.stdin.end()
  }
}
