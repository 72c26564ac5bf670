/** What the machine is, for reports: versions and places. */
import { release } from 'node:os'
import { packageVersion } from '../package-version.js'
import type { ProbeReport } from '../probe/probe.js'
import type { MachineReport } from './types.js'

/** `probed` is undefined when nothing could be probed: no native code, no state directory. */
export function machineReport(probed: ProbeReport | undefined): MachineReport {
  const { executable, version } = probed?.backends.find(({ backend }) => backend === 'bubblewrap')?.details ?? {}
  return {
    ringfence: packageVersion(),
    node: process.version,
    kernel: release(),
    arch: process.arch,
    uid: process.getuid?.() ?? -1,
    landlockAbi: probed?.machine.landlockAbi ?? null,
    helperSource: probed?.machine.helperSource ?? null,
    bubblewrap: executable !== undefined && version !== undefined ? { executable, version } : null,
    stateDirectory: probed?.machine.stateDirectory ?? null,
  }
}
