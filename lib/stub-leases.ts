/** The placeholder directories of a sandbox: held while commands run, and a little longer for the next one. */
import { readdir } from 'node:fs/promises'
import type { NativeBinding, StubLease } from './native/binding-types.js'
import type { Plan } from './plan/types.js'
import type { AbsolutePath, ResolvedPolicy } from './policy/types.js'

/** Making and removing stubs for each of many commands in a row would cost more than the commands. */
const GRACE_MS = 2000

export interface StubLeasesOptions {
  binding: NativeBinding
  stateDirectory: string
  paths: AbsolutePath[]
  /** The stubs could not be removed after the last command. They stay for the next sweep. */
  onReleaseFailure(error: unknown): void
}

export class StubLeases {
  readonly #options: StubLeasesOptions
  #users = 0
  /** Native code releases it too when the process or worker ends. */
  #lease: StubLease | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: StubLeasesOptions) {
    this.#options = options
  }

  /** Before a command. Throws NativeFailure. */
  hold(): void {
    const { binding, stateDirectory, paths } = this.#options
    clearTimeout(this.#timer)
    if (paths.length > 0) this.#lease ??= binding.acquireStubs(stateDirectory, paths)
    this.#users++
  }

  /** After a command. */
  letGo(): void {
    this.#users--
    if (this.#users > 0 || this.#lease === undefined) return
    this.#timer = setTimeout(() => {
      try {
        this.release()
      } catch (error) {
        this.#options.onReleaseFailure(error)
      }
    }, GRACE_MS)
    this.#timer.unref()
  }

  /** Without waiting. No command may run. Throws NativeFailure. */
  release(): void {
    clearTimeout(this.#timer)
    const lease = this.#lease
    this.#lease = undefined
    lease?.release()
  }
}

/**
 * The paths to hold: those that the plan has stubs for, and every empty directory that a rule protects. Such a
 * directory may be the stub of another sandbox, which removes it when it is done, unless it is held here as well.
 * Native code knows which of them are.
 */
export async function stubPaths(plan: Plan, policy: ResolvedPolicy): Promise<AbsolutePath[]> {
  const protectedDirectories = policy.rules
    .filter(({ access, type, path }) => access !== 'write' && type === 'directory' && path !== '/')
    .map(({ path }) => path)
  const empty = await Promise.all(protectedDirectories.map(isEmpty))
  const others = plan.backend === 'landlock' ? [] : protectedDirectories.filter((_, index) => empty[index])
  return [...new Set([...plan.stubs, ...others])]
}

/** A directory that cannot be read is no stub: those are made by this user. */
async function isEmpty(path: AbsolutePath): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0
  } catch {
    return false
  }
}
