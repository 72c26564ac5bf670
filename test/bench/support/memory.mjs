/** Memory that is in use and memory that is free, in bytes. */
import { readdirSync, readFileSync } from 'node:fs'

/** Of a process: its own resident set, and those of its descendants, which are counted. */
export function residentBytes(pid) {
  const parents = new Map()
  const resident = new Map()
  for (const name of readdirSync('/proc')) {
    const status = /^\d+$/.test(name) ? read(`/proc/${name}/status`) : ''
    const rss = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
    if (rss === undefined) continue
    parents.set(Number(name), Number(/^PPid:\s+(\d+)$/m.exec(status)[1]))
    resident.set(Number(name), Number(rss) * 1024)
  }
  const isBelow = (child) => {
    const parent = parents.get(child)
    return parent === pid || (parent !== undefined && isBelow(parent))
  }
  const below = [...resident.keys()].filter(isBelow)
  return {
    own: resident.get(pid),
    descendants: below.reduce((sum, child) => sum + resident.get(child), 0),
    processes: below.length,
  }
}

/** What the kernel would give without swapping, or what the control group leaves. */
export function availableBytes() {
  const [, kilobytes = '0'] = /^MemAvailable:\s+(\d+) kB$/m.exec(read('/proc/meminfo')) ?? []
  return Math.min(Number(kilobytes) * 1024, process.constrainedMemory() || Number.POSITIVE_INFINITY)
}

/** Nothing for a process that is gone. */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
