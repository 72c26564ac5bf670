/** What this user, and so the command, could do to a directory whatever the policy says. */
import { access, constants, lstat } from 'node:fs/promises'
import type { AbsolutePath } from './types.js'

/** False only when the command, which runs as this user, cannot make an entry in the directory by any means. */
export async function canCreateIn(directory: AbsolutePath): Promise<boolean> {
  try {
    await access(directory, constants.W_OK | constants.X_OK)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EROFS') return false
    return code !== 'EACCES' || (await isOurs(directory))
  }
}

/** The owner of a directory may change its mode. What vanished meanwhile counts as ours: it could be made again. */
export async function isOurs(directory: AbsolutePath): Promise<boolean> {
  try {
    return (await lstat(directory)).uid === process.geteuid?.()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return true
    throw error
  }
}
