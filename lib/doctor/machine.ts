/** What the machine is, for reports: versions and places. */
import { release } from 'node:os'
import { packageVersion } from '../package-version.js'
import type { ProbeReport } from '../probe/probe.js'
import type { MachineReport } from './types.js'

/** `probed` is undefined when nothing could be probed: no native code, no state directory. */
export function machineReport(probed: ProbeReport | undefined): MachineReport {
  const machine = probed?.machine
  const linux = machine?.system === 'linux' ? machine : undefined
  return {
    ringfence: packageVersion(),
    node: process.version,
    kernel: release(),
    arch: process.arch,
    uid: process.getuid?.() ?? -1,
    landlockAbi: linux?.landlockAbi ?? null,
    helperSource: linux?.helperSource ?? null,
    bubblewrap: bubblewrapOf(probed),
    ...(machine?.system === 'win32' && { windows: { build: machine.build, elevated: machine.elevated } }),
    stateDirectory: machine?.stateDirectory ?? null,
  }
}

function bubblewrapOf(probed: ProbeReport | undefined): MachineReport['bubblewrap'] {
  const details = probed?.backends.find(({ backend }) => backend === 'bubblewrap')?.details
  if (details === undefined || !('executable' in details)) return null
  const { executable, version } = details
  return executable !== undefined && version !== undefined ? { executable, version } : null
}
