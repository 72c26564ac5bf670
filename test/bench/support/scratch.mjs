/** Directories that are gone when this process ends, also by Ctrl-C. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const made = []

process.on('exit', () => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

export function makeScratch(below) {
  const directory = mkdtempSync(join(below, 'ringfence-bench-'))
  made.push(directory)
  return directory
}
