/** The placeholder directories of a sandbox: held while commands run, and a little longer for the next one. */
import { readdir } from 'node:fs/promises'
import type { Gate, LinuxBinding, StubLease } from './native/binding-types.js'
import type { LinuxPlan } from './plan/types.js'
import type { AbsolutePath, ResolvedPolicy } from './policy/types.js'
import { openStateDirectory } from './state-directory.js'

/** Making and removing stubs for each of many commands in a row would cost more than the commands. */
const GRACE_MS = 2000

export interface StubLeasesOptions {
  binding: LinuxBinding
  stateDirectory: string
  paths: AbsolutePath[]
  /** The stubs could not be removed after the last command. They stay for the next sweep. */
  onReleaseFailure(error: unknown): void
}

export class StubLeases {
  readonly #options: StubLeasesOptions
  #users = 0
  /** Native code releases it too when the process or worker ends. */
  #lease: Promise<StubLease> | undefined
  /** While the lease is being acquired: what launches wait for. */
  #gate: Gate | undefined
  /** Running commands may still need them. */
  readonly #outdated: Array<Promise<StubLease>> = []
  #timer: NodeJS.Timeout | undefined
  /** Pending while the state directory may have to be made anew. */
  #state: Promise<unknown> | undefined

  constructor(options: StubLeasesOptions) {
    this.#options = options
  }

  /**
   * Before a command. Making directories takes milliseconds on some file systems, so it is done on a worker thread.
   *
   * @returns undefined when everything is held already; else what the launch has to wait for. When it fails the next
   *   call tries again.
   */
  hold(): Gate | undefined {
    clearTimeout(this.#timer)
    this.#users++
    if (this.#lease === undefined && this.#options.paths.length > 0) this.#acquire()
    return this.#gate
  }

  /** Between hold() and letGo(), for a command that could not be started: what is missing is made anew. As hold(). */
  remake(): Gate | undefined {
    if (this.#users === 0) return undefined // it was ended meanwhile
    this.renew()
    if (this.#options.paths.length > 0) this.#acquire()
    return this.#gate
  }

  #acquire(): void {
    const { binding, stateDirectory, paths } = this.#options
    const gate = binding.gate()
    this.#gate = gate
    const acquire = () => binding.acquireStubs(stateDirectory, paths, gate)
    const lease = this.#state === undefined ? acquire() : this.#state.then(acquire)
    this.#state = undefined
    this.#lease = lease
    lease.then(
      () => {
        if (this.#lease === lease) this.#gate = undefined
      },
      () => {
        if (this.#lease !== lease) return
        this.#lease = undefined
        this.#gate = undefined
      },
    )
  }

  /** After a command. */
  letGo(): void {
    this.#users--
    if (this.#users > 0 || (this.#lease === undefined && this.#outdated.length === 0)) return
    this.#timer = setTimeout(() => {
      this.release().catch((error: unknown) => this.#options.onReleaseFailure(error))
    }, GRACE_MS)
    this.#timer.unref()
  }

  /** The host has removed something since, the state directory perhaps: the next command looks anew. */
  renew(): void {
    this.#forget()
    // Who cannot use it says so.
    this.#state = openStateDirectory({ path: this.#options.stateDirectory }).catch(() => {})
  }

  #forget(): void {
    if (this.#lease !== undefined) this.#outdated.push(this.#lease)
    this.#lease = undefined
    this.#gate = undefined
  }

  /** When no command runs. Everything is released; then rejects with the first NativeFailure. */
  async release(): Promise<void> {
    clearTimeout(this.#timer)
    this.#forget()
    // Those that could not be acquired have nothing to release, and their commands have the error.
    const acquired = await Promise.allSettled(this.#outdated.splice(0))
    const released = await Promise.allSettled(
      acquired.map((lease) => lease.status === 'fulfilled' && lease.value.release()),
    )
    for (const outcome of released) if (outcome.status === 'rejected') throw outcome.reason
  }
}

/**
 * The paths to hold: those that the plan has stubs for, and every empty directory that a rule protects. Such a
 * directory may be the stub of another sandbox, which removes it when it is done, unless it is held here as well.
 * Native code knows which of them are.
 */
export async function stubPaths(plan: LinuxPlan, policy: ResolvedPolicy): Promise<AbsolutePath[]> {
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
