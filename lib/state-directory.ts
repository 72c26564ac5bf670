/**
 * The directory of ringfence's own state: private to the user, denied to every command.
 *
 * On Linux it holds `masks/file` and `masks/dir`, which stand in for what is hidden, and `stubs/`, the journal of placeholder
 * directories. Whoever could write it could decide what a denied path shows, so anything unexpected is refused.
 */
import { chmod, lstat, mkdir, open, readdir, realpath } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { SandboxError } from './errors.js'
import { openWindowsStateDirectory, usualStateDirectory } from './state-directory-windows.js'
import { attemptAt, noPlaceForState, stateRefusal, systemCode } from './state-failure.js'

export interface StateDirectoryOptions {
  /** Used as it is, or refused. Default: `RINGFENCE_STATE_DIR`, then the places that users have. */
  path?: string | undefined
  env?: NodeJS.ProcessEnv
  /** As process.platform. */
  system?: string
}

/** Failures that mean "not here": the next place is tried. */
const NEXT_PLACE = new Set(['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR'])

const PERMISSIONS = 0o777
const SHARED = 0o077

/**
 * Makes sure that the directory is there, and returns its canonical path.
 *
 * @throws SandboxError, stage `state.directory`.
 */
export async function openStateDirectory(options: StateDirectoryOptions = {}): Promise<string> {
  const { env = process.env, system = process.platform } = options
  if (system === 'win32') return openWindowsStateDirectory(statedPlace(options, env) ?? usualStateDirectory(env))
  const { stated, usual } = candidates(options)
  const root = stated === undefined ? await firstUsable(usual) : await makePrivate(stated)
  const masks = await makePrivate(join(root, 'masks'))
  await makePrivate(join(root, 'stubs'))
  await makeHiddenFile(join(masks, 'file'))
  await makeHiddenDirectory(join(masks, 'dir'))
  return root
}

function statedPlace({ path }: StateDirectoryOptions, env: NodeJS.ProcessEnv): string | undefined {
  return path ?? (env.RINGFENCE_STATE_DIR || undefined)
}

function candidates(options: StateDirectoryOptions): { stated?: string; usual: string[] } {
  const { env = process.env } = options
  const stated = statedPlace(options, env)
  if (stated !== undefined) {
    if (!isAbsolute(stated)) throw stateRefusal(stated, 'is not an absolute path')
    return { stated, usual: [] }
  }
  const usual: string[] = []
  if (env.XDG_STATE_HOME !== undefined && isAbsolute(env.XDG_STATE_HOME))
    usual.push(join(env.XDG_STATE_HOME, 'ringfence'))
  const home = homedir()
  if (isAbsolute(home)) usual.push(join(home, '.local', 'state', 'ringfence'))
  usual.push(join(tmpdir(), `ringfence-${process.geteuid?.() ?? 0}`))
  return { usual }
}

async function firstUsable(places: readonly string[]): Promise<string> {
  const failures: unknown[] = []
  for (const place of places) {
    try {
      return await makePrivate(place)
    } catch (error) {
      if (!(error instanceof SandboxError) || !NEXT_PLACE.has(systemCode(error.cause))) throw error
      failures.push(error)
    }
  }
  throw noPlaceForState(places, failures)
}

async function makePrivate(path: string): Promise<string> {
  await attemptAt(path, () => mkdir(path, { recursive: true, mode: 0o700 }))
  const info = await attemptAt(path, () => lstat(path))
  if (!info.isDirectory()) throw stateRefusal(path, 'is not a directory')
  requireOwned(path, info.uid)
  if ((info.mode & SHARED) !== 0) throw stateRefusal(path, 'can be entered by others (mode 0700 is needed)')
  // Only now: what is its owner's cannot be exchanged by others for something else.
  return attemptAt(path, () => realpath(path))
}

async function makeHiddenFile(path: string): Promise<void> {
  await attemptAt(path, async () => {
    const file = await open(path, 'wx', 0o000).catch(unlessThere)
    await file?.close()
  })
  const info = await attemptAt(path, () => lstat(path))
  if (!info.isFile() || info.size !== 0 || info.nlink !== 1) throw stateRefusal(path, 'is not an empty file')
  requireOwned(path, info.uid)
  if ((info.mode & PERMISSIONS) !== 0) await attemptAt(path, () => chmod(path, 0o000))
}

async function makeHiddenDirectory(path: string): Promise<void> {
  await attemptAt(path, () => mkdir(path, 0o000).catch(unlessThere))
  const info = await attemptAt(path, () => lstat(path))
  if (!info.isDirectory()) throw stateRefusal(path, 'is not a directory')
  requireOwned(path, info.uid)
  if ((info.mode & PERMISSIONS) !== 0) {
    if ((await attemptAt(path, () => readdir(path))).length > 0) throw stateRefusal(path, 'is not empty')
    await attemptAt(path, () => chmod(path, 0o000))
  }
}

function unlessThere(error: unknown): undefined {
  if (systemCode(error) !== 'EEXIST') throw error
}

function requireOwned(path: string, uid: number): void {
  const own = process.geteuid?.()
  if (uid !== own) throw stateRefusal(path, `belongs to user ${uid}, not to user ${own}`)
}
