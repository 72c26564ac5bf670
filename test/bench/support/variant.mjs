/**
 * One way to start a program. A variant has
 *
 * - `once({ afterIdle })`: one start of PROGRAM, `{ total, stall? }` in microseconds (timing.mjs); with `afterIdle` it is
 *   the first after a pause, and counts as that;
 * - `batch(count, inFlight)`: many, the microseconds of all;
 * - `drain(command, args)`, where output can be taken: resolves with the bytes that the command wrote (draining.mjs);
 * - `tree`, where everything that a command started can be killed: `spawn` and `kill` for timeKill();
 * - `note`: what a reader of its numbers should know;
 * - `end()`.
 */
import { drainChild } from './draining.mjs'
import { PosixSpawn } from './posix-spawn.mjs'
import { timeBatch, timeChild } from './timing.mjs'

export const PROGRAM = '/bin/true'

/** A program that is started from outside of Node: nothing of what Node costs is in its numbers. */
export function floorVariant({ floor, directory }, argv, fields = {}) {
  const posixSpawn = new PosixSpawn(floor, argv, { cwd: directory })
  return {
    once: async () => ({ total: await posixSpawn.run() }),
    batch: (count, inFlight) => posixSpawn.run(count, inFlight),
    end: () => posixSpawn.end(),
    ...fields,
  }
}

/** `spawn` is one in the shape of node:child_process.spawn. */
export function childVariant({ spawn, spawnTree = spawn, kill, stdio = 'ignore', ...fields }) {
  const once = () => timeChild(() => spawn(PROGRAM, [], { stdio }))
  return {
    once,
    batch: (count, inFlight) => timeBatch(once, count, inFlight),
    drain: (command, args) => drainChild(spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })),
    ...(kill !== undefined && { tree: { spawn: spawnTree, kill } }),
    ...fields,
  }
}
