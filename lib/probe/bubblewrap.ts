/** Finds bwrap and asks it what it can do: its version and the options of its own help. */
import { constants } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import { isNativeFailure } from '../failure.js'
import type { LinuxBinding, NativeFailure } from '../native/binding-types.js'
import type { LinuxFacts } from '../plan/types.js'
import { contains } from '../policy/paths.js'

export interface BubblewrapSearch {
  /** Given by the caller, who answers for it. Otherwise every `bwrap` on PATH is looked at. */
  path: string | undefined
  /** Trees whose content is not to be trusted: a bwrap found there, if this user can replace it, is passed over. */
  untrusted: readonly string[]
  /** The value of PATH. */
  searchPath: string
}

export type Bubblewrap = NonNullable<LinuxFacts['bubblewrap']>

export type BubblewrapResult = { found: Bubblewrap } | { failure: NativeFailure }

/** The oldest version whose options and status output the backend is written for. */
const OLDEST = [0, 4] as const

const TOOL_TIMEOUT_MS = 5000

/** The first executable file, as a canonical path. */
export async function findBubblewrap(search: BubblewrapSearch): Promise<string | undefined> {
  if (search.path !== undefined) return executableAt(resolve(search.path))
  const untrusted = await Promise.all(search.untrusted.map(canonical))
  for (const directory of search.searchPath.split(delimiter)) {
    if (!isAbsolute(directory)) continue
    const executable = await executableAt(join(directory, 'bwrap'))
    if (executable === undefined) continue
    if (!untrusted.some((tree) => contains(tree, executable)) || !(await canReplace(executable))) return executable
  }
  return undefined
}

/** Whether this user, as whom commands run, could have put it there. */
async function canReplace(executable: string): Promise<boolean> {
  const places = [executable, dirname(executable)]
  const own = process.geteuid?.()
  const owners = await Promise.all(places.map((path) => stat(path)))
  if (owners.some(({ uid }) => uid === own)) return true
  const writable = await Promise.all(places.map((path) => isAccessible(path, constants.W_OK)))
  return writable.includes(true)
}

async function isAccessible(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  )
}

export function bubblewrapMissing(search: BubblewrapSearch): NativeFailure {
  const failure: NativeFailure = { stage: 'linux.bubblewrap.find', syscall: '', errno: 0 }
  return search.path === undefined ? failure : { ...failure, path: search.path }
}

/** Runs `bwrap --version` and `bwrap --help`. */
export async function inspectBubblewrap(binding: LinuxBinding, executable: string): Promise<BubblewrapResult> {
  try {
    const version = await binding.runTool(executable, ['--version'], TOOL_TIMEOUT_MS)
    const help = await binding.runTool(executable, ['--help'], TOOL_TIMEOUT_MS)
    const number = /\d+(?:\.\d+)*/.exec(version.stdout)?.[0]
    if (version.code !== 0 || number === undefined || !isRecent(number)) {
      return { failure: { stage: 'linux.bubblewrap.version', syscall: '', errno: 0, path: executable } }
    }
    const flags = [...new Set(help.stdout.match(/--[a-z0-9-]+/g) ?? [])].sort()
    return { found: { executable, version: number, flags } }
  } catch (error) {
    if (isNativeFailure(error)) return { failure: error }
    throw error
  }
}

/** What a person should know of this bwrap; undefined when it has everything that is of use. */
export function bubblewrapWarning({ executable, version, flags }: Bubblewrap): string | undefined {
  const missing = ['--perms', '--unshare-cgroup-try'].filter((flag) => !flags.includes(flag))
  if (missing.length === 0) return undefined
  return `${executable} (${version}) is old: it has no ${missing.join(', ')}; the backend bubblewrap works without`
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

async function executableAt(path: string): Promise<string | undefined> {
  try {
    const real = await realpath(path)
    return (await stat(real)).isFile() && (await isAccessible(real, constants.X_OK)) ? real : undefined
  } catch {
    return undefined
  }
}

/** A tree that does not exist holds no bwrap; its spelling is kept. */
async function canonical(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path))
}
