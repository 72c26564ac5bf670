// Attempts tell by uncommon exit codes, so that a crash is never taken for a refusal; the same on the host is the control.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const VERDICTS = new Map([
  [40, 'allowed'],
  [41, 'denied'],
  [42, 'not found'],
])

function verdictOf({ code, output }) {
  return VERDICTS.get(code) ?? `exit code ${code}: ${output.trim()}`
}

/** fixtures/attempt.mjs in the sandbox: `attempt(fence, 'create', path)`. */
export function attempt(fence, operation, ...args) {
  return verdictInside(fence, process.execPath, [join(fence.programs, 'attempt.mjs'), operation, ...args.map(String)])
}

/** The same on the host. */
export function attemptOutside(fence, operation, ...args) {
  return verdictOutside(process.execPath, [join(fence.programs, 'attempt.mjs'), operation, ...args.map(String)])
}

export async function verdictInside({ sandbox }, program, args) {
  const { exitCode, stdout, stderr } = await sandbox.exec(program, args, { timeout: 60_000 })
  return verdictOf({ code: exitCode, output: stdout + stderr })
}

export function verdictOutside(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 60_000 })
  if (error) throw error
  return verdictOf({ code: status, output: stdout + stderr })
}

/** All of them, in the sandbox, one after the other: `[[operation, ...args], ...]`. */
export async function assertAll(verdict, fence, attempts) {
  for (const [operation, ...args] of attempts) {
    assert.equal(await attempt(fence, operation, ...args), verdict, [operation, ...args].join(' '))
  }
}
