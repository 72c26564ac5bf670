/**
 * Whole plans compared with files in golden/. RINGFENCE_UPDATE_GOLDEN=1 writes them; read the diff before
 * committing one. Compared as data, so the files can be formatted by any tool.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

export function expectGolden(name: string, value: unknown): void {
  const file = fileURLToPath(new URL(`golden/${name}.json`, import.meta.url))
  const data: unknown = JSON.parse(JSON.stringify(value))
  if (process.env.RINGFENCE_UPDATE_GOLDEN === '1') writeFileSync(file, `${JSON.stringify(data, null, 2)}\n`)
  expect(data).toEqual(JSON.parse(readFileSync(file, 'utf8')))
}
