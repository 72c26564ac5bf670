/** Small C programs (test/fixtures) that try one thing and tell by an uncommon exit code how it went. */
import { execFileSync, type SpawnSyncOptions, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ExecOptions, Sandbox } from '../../../lib/index.js'

const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url))

/** `no verdict...` is a crash, a failure to try, or a program that could not be started. */
export type Verdict = 'allowed' | 'denied' | 'not found' | `no verdict: ${string}`

const VERDICTS: Readonly<Record<number, Verdict>> = { 40: 'allowed', 41: 'denied', 42: 'not found' }

/** The path of a compiled fixture. */
export function fixture(name: string, kind: 'program' | 'library' = 'program'): string {
  const source = join(FIXTURES, `${name}.c`)
  const hash = createHash('sha256')
  for (const file of [source, join(FIXTURES, 'verdict.h')]) hash.update(readFileSync(file))
  const directory = join(tmpdir(), `ringfence-fixtures-${userInfo().uid}`)
  const program = join(directory, `${name}-${hash.digest('hex').slice(0, 12)}`)
  if (existsSync(program)) return program
  mkdirSync(directory, { recursive: true })
  const fresh = `${program}.${process.pid}`
  const how = kind === 'program' ? ['-static'] : ['-shared', '-fPIC']
  const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-pthread', ...how]
  execFileSync('cc', [...flags, '-o', fresh, source], { stdio: ['ignore', 'inherit', 'inherit'] })
  renameSync(fresh, program)
  return program
}

export function onHost(name: string, args: readonly string[], options: SpawnSyncOptions = {}): Verdict {
  const { status, signal, stderr, error } = spawnSync(fixture(name), args, { ...options, encoding: 'utf8' })
  return verdictOf(status, `${error?.message ?? signal ?? stderr}`)
}

export async function inside(
  sandbox: Sandbox,
  name: string,
  args: readonly string[],
  options: ExecOptions = {},
): Promise<Verdict> {
  const { exitCode, signal, stderr } = await sandbox.exec(fixture(name), args, { ...options, encoding: 'utf8' })
  return verdictOf(exitCode, `${signal ?? stderr}`)
}

function verdictOf(code: number | null, why: string): Verdict {
  return VERDICTS[code ?? -1] ?? `no verdict: exit code ${code}, ${why.trim()}`
}
