/** A mount namespace of one's own: what it takes to have one here. */
import { spawnSync } from 'node:child_process'

/** `{ command, mounts }`: what to put before a command line, and how many mounts there are. Or `{ refusal }`. */
export function ownMounts() {
  const user = process.getuid() === 0 ? [] : ['--user', '--map-root-user']
  const command = ['unshare', ...user, '--mount', '--propagation', 'private', '--']
  const [file, ...args] = [...command, 'sh', '-c', 'mount -t tmpfs none /mnt && cat /proc/self/mountinfo']
  const { status, error, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' })
  if (error !== undefined) return { refusal: error.message }
  if (status !== 0) return { refusal: `no mounts of our own: ${stderr.trim()}` }
  // The tmpfs of the attempt is gone with its namespace.
  return { command, mounts: stdout.trimEnd().split('\n').length - 1 }
}
