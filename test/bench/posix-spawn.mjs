/** Times posix_spawn of a program from a small process of its own, once for each call. */
import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export function buildFloor(directory) {
  const path = join(directory, 'floor')
  const source = fileURLToPath(new URL('floor.cc', import.meta.url))
  execFileSync('c++', ['-O2', '-std=c++20', '-o', path, source], { stdio: 'inherit' })
  return path
}

export class PosixSpawn {
  #child
  #lines

  constructor(floor, argv) {
    this.#child = spawn(floor, argv, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
  }

  /** Microseconds. */
  async once() {
    this.#child.stdin.write('\n')
    const { value, done } = await this.#lines.next()
    if (done) throw new Error('the program timed by floor failed')
    return Number(value)
  }

  end() {
    this.#child.stdin.end()
  }
}
