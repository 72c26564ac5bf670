/**
 * The state directory on Windows, which holds the list of capability SIDs and the journal of placeholders. Whoever could
 * write there could decide which ACL entries a command gets. Native code looks at its owner and ACL, when it is used.
 */
import { lstat, mkdir, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { win32 } from 'node:path'
import type { SandboxError } from './errors.js'
import { contains } from './policy/paths.js'
import { attemptAt, stateRefusal } from './state-failure.js'

/** A drive, and what lies below it; neither a file share nor a device. */
const ON_A_DRIVE = /^[A-Za-z]:\\/

/** The local (not the roaming) data of the user: SIDs mean something on this machine only. */
export function usualStateDirectory({ LOCALAPPDATA: data = '' }: NodeJS.ProcessEnv): string {
  const local = ON_A_DRIVE.test(data) ? data : win32.join(homedir(), 'AppData', 'Local')
  return win32.join(local, 'ringfence')
}

/** @throws SandboxError, stage `state.directory`. */
export async function openWindowsStateDirectory(path: string): Promise<string> {
  if (!ON_A_DRIVE.test(path)) throw stateRefusal(path, 'is not an absolute path on a drive')
  await attemptAt(path, () => mkdir(path, { recursive: true }))
  // A junction is a link here, too.
  const info = await attemptAt(path, () => lstat(path))
  if (!info.isDirectory()) throw stateRefusal(path, 'is not a directory')
  const real = await attemptAt(path, () => realpath(path))
  // A drive may be that of a share.
  if (!ON_A_DRIVE.test(real)) throw stateRefusal(path, `lies on another machine or device (${real})`)
  return real
}

/** A denial would keep commands from writing there, but what is shared with what a command owns can go away with it. */
export function stateBelowRoot(
  stateDirectory: string,
  roots: ReadonlyArray<{ path: string }>,
): SandboxError | undefined {
  const root = roots.find(({ path }) => contains(path, stateDirectory))
  return root && stateRefusal(stateDirectory, `lies in ${root.path}, which commands can write`)
}
