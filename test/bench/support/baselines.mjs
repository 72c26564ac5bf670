/** Starts without a sandbox: what all others are compared with. */
import { spawn } from 'node:child_process'
import { childVariant, floorVariant, PROGRAM } from './variant.mjs'

const killGroup = (child) => process.kill(-child.pid, 'SIGKILL')

/** `detached` makes a process group, which is the most that can be killed at once here. */
const spawnGroup = (command, args, options) => spawn(command, args, { ...options, detached: true })

export const BASELINES = {
  posix_spawn: (context) => floorVariant(context, [PROGRAM]),
  'child_process.spawn': () => childVariant({ spawn, spawnTree: spawnGroup, kill: killGroup }),
  'child_process.spawn, pipes': () => childVariant({ spawn, stdio: 'pipe' }),
}
