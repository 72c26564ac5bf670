import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Files below `folder` with one of the suffixes, as paths from the root of the project, sorted. */
export function sourceFiles(folder: string, suffixes: string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => suffixes.some((suffix) => file.endsWith(suffix)))
    .map((file) => join(folder, file))
    .sort()
}
