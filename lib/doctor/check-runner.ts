/** Runs checks of one backend, one after the other, each in a directory of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { SandboxError } from '../errors.js'
import { BACKEND_TABLE, type BackendTraits } from '../plan/backends.js'
import type { BackendName } from '../plan/types.js'
import { FILE_CHECKS } from './file-checks.js'
import { HOST_CHECKS } from './host-checks.js'
import { NETWORK_CHECKS } from './network-checks.js'
import { PROCESS_CHECKS } from './process-checks.js'
import type { Check, CheckResult, Observation } from './types.js'
import { WINDOWS_CHECKS } from './windows-checks.js'

const CHECKS: Readonly<Record<BackendTraits['system'], readonly Check[]>> = {
  linux: [...FILE_CHECKS, ...NETWORK_CHECKS, ...PROCESS_CHECKS, ...HOST_CHECKS],
  win32: WINDOWS_CHECKS,
}

const CHECK_DEADLINE_MS = 60_000

/** `scratch` is an empty directory. */
export async function runChecks(backend: BackendName, scratch: string): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const check of CHECKS[BACKEND_TABLE[backend].system]) results.push(await runCheck(backend, check, scratch))
  return results
}

async function runCheck(backend: BackendName, check: Check, scratch: string): Promise<CheckResult> {
  const start = performance.now()
  const outcome = await observe(backend, check, scratch)
  return { id: check.id, title: check.title, ...outcome, durationMs: Math.round(performance.now() - start) }
}

async function observe(
  backend: BackendName,
  check: Check,
  scratch: string,
): Promise<Pick<CheckResult, 'status' | 'detail' | 'control'>> {
  const directory = await mkdtemp(join(scratch, 'check-'))
  try {
    return judge(await withinDeadline(check.observe({ backend, directory })))
  } catch (error) {
    const status = error instanceof SandboxError && error.code === 'SANDBOX_POLICY_UNENFORCEABLE' ? 'refused' : 'failed'
    return { status, detail: describeFailure(error), control: 'not tried' }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** A sandbox that hangs is a finding as well. The caller ends the process, and with it whatever hangs. */
async function withinDeadline<T>(work: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const expiry = setTimeout(CHECK_DEADLINE_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`did not end within ${CHECK_DEADLINE_MS / 1000} s`)
  })
  try {
    return await Promise.race([work, expiry])
  } finally {
    expiry.catch(() => {})
    timer.abort()
  }
}

function judge(observation: Observation): Pick<CheckResult, 'status' | 'detail' | 'control'> {
  const { holds, promised = true, controlHolds, detail, control } = observation
  if (!holds) return { status: promised ? 'failed' : 'not-offered', detail, control }
  return { status: controlHolds ? 'passed' : 'inconclusive', detail, control }
}

/** Stage and numbers are in the message of a SandboxError. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error instanceof SandboxError && error.hint !== undefined ? `${error.message}; ${error.hint}` : error.message
}
