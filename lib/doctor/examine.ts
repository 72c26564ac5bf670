/** The whole visit: every backend of this machine, and the verdict. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SandboxError } from '../errors.js'
import { ladderOf } from '../plan/backends.js'
import type { BackendName } from '../plan/types.js'
import { type BackendProbe, type ProbeReport, probe } from '../probe/probe.js'
import { Sandbox } from '../sandbox.js'
import { describeFailure, runChecks } from './check-runner.js'
import { machineReport } from './machine.js'
import { systemHints, systemPolicy } from './system-policy.js'
import type { BackendReport, DoctorReport } from './types.js'

/**
 * Runs real commands, in `scratch`: an empty directory that the caller removes. A sandbox that cannot be made is a
 * finding, not an error.
 */
export async function examine(scratch: string): Promise<DoctorReport> {
  let probed: ProbeReport
  try {
    probed = await probe()
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    return nothingWorks(error)
  }
  const taken = await backendTaken(scratch)
  const backends: BackendReport[] = []
  for (const backend of probed.backends) backends.push(await examineBackend(backend, scratch))
  const fenced = backends.some(({ backend, passed }) => backend === taken.backend && passed)
  const hints = [...(taken.failure === undefined ? [] : [taken.failure]), ...probed.warnings, ...systemHints()]
  return { fenced, backend: taken.backend, machine: machineReport(probed), backends, hints }
}

async function examineBackend(
  { backend, available, message, hint }: BackendProbe,
  scratch: string,
): Promise<BackendReport> {
  if (!available) {
    const reason = [message, hint].filter((part) => part !== undefined).join('; ')
    return { backend, available, reason, checks: [], passed: false }
  }
  const checks = await runChecks(backend, scratch)
  return { backend, available, checks, passed: checks.every(({ status }) => status === 'passed') }
}

/** What `auto` takes for the policy of this system. */
async function backendTaken(scratch: string): Promise<{ backend: BackendName | null; failure?: string }> {
  const cwd = join(scratch, 'auto')
  await mkdir(cwd)
  try {
    const sandbox = await Sandbox.create({ policy: systemPolicy(), cwd })
    const { backend } = sandbox.explain().plan
    await sandbox.close()
    return { backend }
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    return { backend: null, failure: describeFailure(error) }
  }
}

function nothingWorks(error: SandboxError): DoctorReport {
  const reason = describeFailure(error)
  const backends = ladderOf(process.platform).map((backend) => ({
    backend,
    available: false,
    reason,
    checks: [],
    passed: false,
  }))
  return { fenced: false, backend: null, machine: machineReport(undefined), backends, hints: [reason] }
}
