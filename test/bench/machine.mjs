/** What a reader has to know of the machine to make something of the numbers. */
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'

export function describeMachine() {
  return {
    node: process.version,
    kernel: release(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    uid: process.getuid(),
    loadBefore: loadavg()[0],
  }
}

export function machineLines({ node, kernel, processor, processors, memoryBytes, uid, loadBefore }) {
  const user = uid === 0 ? 'root' : 'an ordinary user'
  return [
    `Node ${node}, Linux ${kernel}, ${processors} x ${processor}, ${Math.round(memoryBytes / 1e9)} GB, as ${user}`,
    `load before: ${loadBefore.toFixed(2)}${loadBefore > 0.5 ? '. **Others use this machine: believe nothing of this**' : ''}`,
    'Ratios are to posix_spawn in the same run. Compare no microseconds between machines or runs.',
  ]
}
