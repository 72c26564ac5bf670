/** Another process that starts commands and times them (parent-main.mjs), and rounds over several of them. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('parent-main.mjs', import.meta.url))

class Parent {
  failures = {}
  #process
  #exited

  /**
   * `context` is `{ directory, floor }`; `prefix` a command line that executes the one that follows it; `names` the
   * variants to open, of which `opened` tells; `every` is 5 for one that takes part in each fifth round only.
   */
  static async start({ context, names, heapMb = 0, prefix = [], nodeOptions = [], every = 1 }) {
    const parent = new Parent()
    parent.every = every
    const [command, ...args] = [...prefix, process.execPath, ...nodeOptions, MAIN]
    parent.#process = spawn(command, args, {
      cwd: context.directory,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'json',
    })
    parent.#exited = new Promise((resolve) => {
      parent.#process.once('error', resolve)
      parent.#process.once('exit', (code, signal) => resolve(new Error(`${command} ended: ${code ?? signal}`)))
    })
    try {
      parent.opened = await parent.ask('open', { context, names, heapMb })
      return parent
    } catch (error) {
      await parent.close()
      throw error
    }
  }

  /** One at a time. */
  async ask(action, request = {}) {
    const answered = new Promise((resolve) => {
      this.#process.once('message', resolve)
    })
    this.#process.send({ action, ...request })
    const answer = await Promise.race([answered, this.#exited])
    if (answer instanceof Error) throw answer
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer.value
  }

  /** One start of each variant, by name; without those that failed, which are counted in `failures`. */
  async sample(names, options = {}) {
    const { samples, failures } = await this.ask('round', { names, ...options })
    for (const [name, message] of Object.entries(failures)) {
      const { count } = this.failures[name] ?? { count: 0 }
      this.failures[name] = { count: count + 1, message }
    }
    return samples
  }

  async close() {
    if (this.#process.connected) this.#process.send({ action: 'close' })
    await this.#exited
  }
}

/** Starts the parents, calls `use` with them, and ends them whatever comes. */
export async function withParents(options, use) {
  const parents = []
  try {
    for (const option of options) parents.push(await Parent.start(option))
    return await use(parents)
  } finally {
    await Promise.all(parents.map((parent) => parent.close()))
  }
}

/**
 * Samples of every variant of every parent: an object by name for each parent. What disturbs the machine meets all of
 * them, since rounds go over all; and none has always the same one before it, since each round has an order of its own.
 */
export async function sampleInRounds(parents, rounds, { before = async () => {}, ...options } = {}) {
  const samples = parents.map(({ opened }) => Object.fromEntries(opened.present.map((name) => [name, []])))
  for (const parent of parents) await parent.sample(parent.opened.present)
  for (let round = 0; round < rounds; round++) {
    await before()
    const takingPart = [...parents.keys()].filter((index) => round % parents[index].every === 0)
    for (const index of shuffled(takingPart)) {
      const parent = parents[index]
      const values = await parent.sample(shuffled(parent.opened.present), options)
      for (const [name, value] of Object.entries(values)) samples[index][name].push(value)
    }
  }
  // What never succeeded has no numbers; `failures` say why.
  return samples.map((byName) => Object.fromEntries(Object.entries(byName).filter(([, values]) => values.length > 0)))
}

export function shuffled(list) {
  const copy = [...list]
  for (let index = copy.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1))
    ;[copy[index], copy[other]] = [copy[other], copy[index]]
  }
  return copy
}
