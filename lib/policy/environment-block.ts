/** The environment of the commands of one sandbox, in the form of execve(2) on all systems, made anew only when it changes. */
import { buildEnvironment, inherited } from './environment.js'
import { HOST_SYSTEM, type PathSystem } from './paths.js'
import type { ResolvedPolicy } from './types.js'

type Variables = Readonly<Record<string, string | undefined>>

export class EnvironmentBlock {
  readonly #policy: ResolvedPolicy['environment']
  readonly #host: Variables
  readonly #system: PathSystem
  /** What the block was made of. */
  #source: Array<string | undefined> = []
  #block: string | undefined

  /** `host` may change between commands, as process.env does. */
  constructor(policy: ResolvedPolicy['environment'], host: Variables, system = HOST_SYSTEM) {
    this.#policy = policy
    this.#host = host
    this.#system = system
  }

  /** `NAME=value` strings, each ended by NUL. `own`: as for buildEnvironment(), which throws the errors. */
  of(own: Variables | undefined): string {
    if (own !== undefined) return blockOf(buildEnvironment(this.#policy, this.#host, own, this.#system))
    const source = inherited(this.#policy.inherit, this.#host, this.#system).flat()
    if (this.#block === undefined || !isSame(source, this.#source)) {
      this.#block = blockOf(buildEnvironment(this.#policy, this.#host, undefined, this.#system))
      this.#source = source
    }
    return this.#block
  }
}

function isSame(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index])
}

function blockOf(variables: Record<string, string>): string {
  let block = ''
  for (const [name, value] of Object.entries(variables)) block += `${name}=${value}\0`
  return block
}
