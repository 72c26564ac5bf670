/** Programs in a mount namespace of their own, where they may mount what they like: as root, or as root of a user's. */
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { TestContext } from 'vitest'

const UNSHARE = ['unshare', ...(process.getuid?.() === 0 ? ['-m'] : ['-U', '-r', '-m'])]

export function needOwnMounts(context: TestContext): void {
  const [command = '', ...args] = [...UNSHARE, 'mount', '-t', 'tmpfs', 'none', '/mnt']
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) context.skip(`no mount namespace of our own: ${error?.message ?? stderr.trim()}`)
}

/** Runs the script as root of the namespace, then the command. The command prints JSON. */
export async function inOwnMounts<Result>(
  script: string,
  command: readonly string[],
  timeout: number,
): Promise<Result> {
  const [file = '', ...args] = [...UNSHARE, 'sh', '-ec', `${script}\nexec "$@"`, 'sh', ...command]
  const { stdout } = await promisify(execFile)(file, args, { timeout, maxBuffer: 2 ** 26 })
  return JSON.parse(stdout) as Result
}
