/** What a run leaves behind on the host. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Sandbox } from '../sandbox.js'
import { exitCommand } from './attempt.js'
import { systemPolicy } from './system-policy.js'
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
  const [work, temporary] = [join(directory, 'work'), join(directory, 'tmp')]
  await mkdir(work)
  await mkdir(temporary)
  const before = await snapshot(directory)
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary }
  const sandbox = await Sandbox.create({ policy: systemPolicy(), cwd: work, backend, env })
  try {
    const { exitCode } = await sandbox.exec(...exitCommand(0))
    if (exitCode !== 0) throw new Error(`the command ended with ${exitCode}`)
  } finally {
    await sandbox.close()
  }
  const left = difference(before, await snapshot(directory))
  // The comparison itself: a file that is there has to be noticed.
  await writeFile(join(work, 'control'), '')
  const noticed = difference(before, await snapshot(directory)).length > left.length
  return {
    holds: left.length === 0,
    controlHolds: noticed,
    detail: left.length === 0 ? 'nothing is left' : `left: ${left.slice(0, 5).join(', ')}`,
    control: noticed ? 'a file left on purpose is noticed' : 'a file left on purpose is not noticed',
  }
}

/** Every file below the directory, and mounts that name it. */
async function snapshot(directory: string): Promise<string[]> {
  const files = (await readdir(directory, { recursive: true })).map((name) => join(directory, name))
  const mounts = process.platform === 'linux' ? await mountsOf(directory) : []
  return [...files, ...mounts.map((line) => `mount ${line}`)]
}

async function mountsOf(directory: string): Promise<string[]> {
  return (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(directory))
}

function difference(before: readonly string[], after: readonly string[]): string[] {
  const known = new Set(before)
  return after.filter((entry) => !known.has(entry))
}
