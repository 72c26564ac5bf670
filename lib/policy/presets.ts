/** The ready-made policies: the only place with opinions on what a command may do. */
import type { Policy, PresetName } from './types.js'

export const PRESETS: Readonly<Record<PresetName, Policy>> = {
  /** Everything can be read, nothing written, no network. */
  'read-only': {
    filesystem: { ':root': 'read' },
    network: { mode: 'none' },
    environment: { inherit: 'core' },
  },
  /** As read-only, and the workspace and the temporary directories can be written. */
  'workspace-write': {
    filesystem: {
      ':root': 'read',
      ':workspace_roots': 'write',
      ':tmpdir': 'write',
      ':slash_tmp': 'write',
    },
    network: { mode: 'none' },
    environment: { inherit: 'core' },
  },
}

export function isPresetName(name: string): name is PresetName {
  return Object.hasOwn(PRESETS, name)
}
