/** The policy whose checks say whether a machine is fenced: the default one, less what its system has no means for. */
import type { Policy, PresetName } from '../policy/types.js'

/** A token restricts writing; it cannot keep anybody from reading, from the network, or from servers of the system. */
const WINDOWS_POLICY: Policy = {
  extends: 'workspace-write',
  network: { mode: 'unrestricted' },
  protections: { 'unix-sockets': 'best-effort', processes: 'best-effort' },
}

export function systemPolicy(system: string = process.platform): PresetName | Policy {
  return system === 'win32' ? WINDOWS_POLICY : 'workspace-write'
}

/** What that policy says besides the default one. */
export function systemHints(system: string = process.platform): string[] {
  if (system !== 'win32') return []
  return [
    'on Windows only writing is restricted: a policy has to say network.mode "unrestricted", and "best-effort" for ' +
      'the protections unix-sockets and processes, as that of these checks does',
  ]
}
