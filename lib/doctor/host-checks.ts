/** What a run leaves behind on the host. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Sandbox } from '../index.js'
import type { Check, CheckContext, Observation } from './types.js'

export const HOST_CHECKS: readonly Check[] = [
  {
    id: 'host-clean',
    title: 'after a run no stub, mount or temporary file is left on the host',
    protections: ['protected-paths'],
    observe: observeHostClean,
  },
]

async function observeHostClean({ backend, directory }: CheckContext): Promise<Observation> {
  const work = join(directory, 'work')
  await mkdir(work)
  const before = await snapshot(work)
  const sandbox = await Sandbox.create({ policy: 'workspace-write', cwd: work, backend })
  try {
    await sandbox.exec('sh', ['-c', ':'])
  } finally {
    await sandbox.close()
  }
  const left = difference(before, await snapshot(work))
  // The comparison itself: a file that is there has to be noticed.
  await writeFile(join(work, 'control'), '')
  const noticed = difference(before, await snapshot(work))
  return {
    holds: left.length === 0,
    controlHolds: noticed.length > left.length,
    detail: left.length === 0 ? 'nothing is left' : `left: ${left.slice(0, 5).join(', ')}`,
    control:
      noticed.length > left.length ? 'a file left on purpose is noticed' : 'a file left on purpose is not noticed',
  }
}

/** Files of the working directory, mounts that name it, temporary files with our name. */
async function snapshot(work: string): Promise<string[]> {
  const files = (await readdir(work, { recursive: true })).map((name) => join(work, name))
  const temporary = (await readdir(tmpdir())).filter(
    (name) => /^\.?ringfence/.test(name) && !name.startsWith(SCRATCH_PREFIX),
  )
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(work))
  return [...files, ...temporary.map((name) => join(tmpdir(), name)), ...mounts.map((line) => `mount ${line}`)]
}

function difference(before: readonly string[], after: readonly string[]): string[] {
  const known = new Set(before)
  return after.filter((entry) => !known.has(entry))
}

/** Of the doctor's own directories; another doctor may be at work. */
export const SCRATCH_PREFIX = 'ringfence-doctor-'
