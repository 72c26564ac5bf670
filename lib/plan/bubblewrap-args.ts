/**
 * Mount steps as arguments of bwrap. Only options of bwrap 0.4 are needed; newer ones are used where
 * the installed version lists them in its help. Sources are paths of the host: bwrap opens them in the old
 * root, so they stay reachable after something was mounted over them.
 */

import { contains, depth, parentOf } from '../policy/paths.js'
import type { AbsolutePath } from '../policy/types.js'
import { NETWORK_DIRECTORIES } from './pseudo-file-systems.js'
import type { LinuxFacts, MountStep } from './types.js'

/** What native code adds: the filter, the status channel, and the command as the first process. */
const OPTIONS_OF_NATIVE = ['--seccomp', '--json-status-fd']

/** Left out where it is missing: it hides the host's cgroup names, which no protection is about. */
const OPTIONAL = new Set(['--unshare-cgroup-try'])

/**
 * For directories that are passed through but not listed. Writable for the owner until the file system is made
 * read-only: a setuid bwrap makes mount points without capabilities.
 */
const PASSED_NOT_LISTED = '0311'

/** What uid 0 of the host may write without any capability, proc(5). As in native/linux/launcher/mount/proc.cc. */
const PROC_CONTROLS = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi', 'asound'].map(
  (name) => `/proc/${name}`,
)

export interface BubblewrapArguments {
  /** Everything before `--`. */
  args: string[]
  /** Needed options that this bwrap does not have. */
  lacking: string[]
}

export function bubblewrapArguments(
  steps: readonly MountStep[],
  options: { ownNetwork: boolean; memoryBytes: number | undefined },
  facts: LinuxFacts & { bubblewrap: NonNullable<LinuxFacts['bubblewrap']> },
): BubblewrapArguments {
  const builder = new ArgumentBuilder(facts.bubblewrap.flags, facts.stateDirectory, options.memoryBytes)
  // Root keeps its ids: a single-id user namespace would make files of other owners unwritable.
  if (!facts.mapsFullRange) builder.add('--unshare-user')
  builder.add('--unshare-pid').add('--unshare-ipc').add('--unshare-uts').add('--unshare-cgroup-try')
  if (options.ownNetwork) builder.add('--unshare-net')
  builder.add('--die-with-parent').add('--as-pid-1').add('--cap-drop', 'ALL')
  for (const step of steps) builder.step(step)
  builder.closeTemporary()
  for (const option of OPTIONS_OF_NATIVE) builder.require(option)
  return { args: builder.args, lacking: builder.lacking }
}

class ArgumentBuilder {
  readonly args: string[] = []
  readonly lacking: string[] = []
  readonly #known: ReadonlySet<string>
  /** File systems of our own that stay writable until everything in them is mounted. */
  readonly #temporary: AbsolutePath[] = []
  /** Masks that can be passed, and the directories made in them. */
  readonly #passable = new Set<AbsolutePath>()
  readonly #shown = new Set<AbsolutePath>()

  constructor(
    flags: readonly string[],
    private readonly stateDirectory: AbsolutePath,
    private readonly memoryBytes: number | undefined,
  ) {
    this.#known = new Set(flags)
  }

  add(option: string, ...values: string[]): this {
    if (!this.#known.has(option) && OPTIONAL.has(option)) return this
    this.require(option)
    this.args.push(option, ...values)
    return this
  }

  require(option: string): void {
    if (!this.#known.has(option) && !this.lacking.includes(option)) this.lacking.push(option)
  }

  step(step: MountStep): void {
    switch (step.op) {
      case 'readonly-root':
        this.#show('/').add('--ro-bind', '/', '/')
        break
      case 'writable-root':
        this.#show('/').add('--bind', '/', '/')
        break
      case 'empty-root':
        this.add('--tmpfs', '/').#temporary.push('/')
        break
      case 'bind':
        this.#makeWay(step.path).#show(step.path).add(bindOption(step), step.path, step.path)
        break
      case 'pin':
        this.add(step.optional ? '--bind-try' : '--bind', step.path, step.path)
        break
      case 'stub':
        // Stubs exist on the host by the time that bwrap starts.
        this.add(step.optional ? '--ro-bind-try' : '--ro-bind', step.path, step.path)
        break
      case 'mask':
        this.#mask(step)
        break
      case 'symlink':
        this.add('--symlink', step.target, step.path)
        break
      case 'proc':
        if (step.source === 'new') this.add('--proc', '/proc')
        else this.add('--ro-bind', '/proc', '/proc')
        // bwrap itself leaves /proc/sys writable.
        if (step.source === 'new' && step.readonlyControls) {
          for (const path of PROC_CONTROLS) this.add('--ro-bind-try', path, path)
        }
        break
      case 'dev':
        // bwrap makes /dev/shm a directory of /dev; with one of its own /dev can be made read-only.
        this.add('--dev', '/dev')
          .#withMode('1777')
          .#withMemoryLimit()
          .add('--tmpfs', '/dev/shm')
          .#temporary.push('/dev')
        break
      case 'sys-net':
        for (const path of NETWORK_DIRECTORIES) {
          if ([...this.#shown].some((tree) => contains(tree, path))) this.add('--tmpfs', path).#temporary.push(path)
        }
    }
  }

  /** Deepest first, since a mount below may be reached through one above. */
  closeTemporary(): void {
    for (const path of this.#temporary.sort((a, b) => depth(b) - depth(a))) this.add('--remount-ro', path)
  }

  #mask(step: Extract<MountStep, { op: 'mask' }>): void {
    if (!step.search) {
      this.add('--ro-bind', this.#hidden(step.type === 'directory' ? 'dir' : 'file'), step.path)
      return
    }
    this.#passable.add(step.path)
    this.#withMode(PASSED_NOT_LISTED).add('--tmpfs', step.path).#temporary.push(step.path)
  }

  /** bwrap would make the directories between a mask and what is shown in it so that they can be listed. */
  #makeWay(path: AbsolutePath): this {
    const missing: AbsolutePath[] = []
    for (let above = parentOf(path); !this.#passable.has(above); above = parentOf(above)) {
      if (above === '/' || this.#shown.has(above)) return this
      missing.unshift(above)
    }
    for (const directory of missing) {
      this.#passable.add(directory)
      this.#withMode(PASSED_NOT_LISTED).add('--dir', directory)
    }
    return this
  }

  #withMode(mode: string): this {
    return this.#known.has('--perms') ? this.add('--perms', mode) : this
  }

  /** Where bwrap has no option for it, what is in the file system counts all the same. */
  #withMemoryLimit(): this {
    if (this.memoryBytes === undefined || !this.#known.has('--size')) return this
    return this.add('--size', String(this.memoryBytes))
  }

  #show(path: AbsolutePath): this {
    this.#shown.add(path)
    return this
  }

  /** An object of mode 000. */
  #hidden(kind: 'dir' | 'file'): AbsolutePath {
    return `${this.stateDirectory}/masks/${kind}`
  }
}

/** Binds are `nodev`, and there is no read-only bind that is not: a device can be opened for writing only. */
function bindOption(step: Extract<MountStep, { op: 'bind' }>): string {
  if (step.access === 'read') return '--ro-bind'
  return contains('/dev', step.path) && !contains('/dev/shm', step.path) ? '--dev-bind' : '--bind'
}
