/** What it costs to take all output of a command. */
import { performance } from 'node:perf_hooks'

/** `drain` is that of a variant; the command writes `total` bytes. */
export async function timeDrain(drain, command, args, total) {
  const cpuBefore = process.cpuUsage()
  const loopBefore = performance.eventLoopUtilization()
  const start = performance.now()
  const bytes = await drain(command, args)
  const seconds = (performance.now() - start) / 1e3
  const { utilization } = performance.eventLoopUtilization(loopBefore)
  const cpu = process.cpuUsage(cpuBefore)
  if (bytes !== total) throw new Error(`${bytes} bytes of ${total}`)
  return {
    gigabytesPerSecond: total / seconds / 1e9,
    cpuMsPerGigabyte: (cpu.user + cpu.system) / 1e3 / (total / 1e9),
    eventLoopUtilization: utilization,
  }
}

/** Resolves with the number of bytes on stdout, of which every chunk was looked at. */
export function drainChild(child) {
  let bytes = 0
  child.stdout.on('data', (chunk) => {
    bytes += chunk.length
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(bytes))
  })
}
