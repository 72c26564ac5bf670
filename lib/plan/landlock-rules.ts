/**
 * Landlock as the second layer inside a mounted view: it refuses what a descriptor opened outside, or a
 * mount that got lost, would allow. It only repeats what may be done; what must not be done below a
 * writable root is the mounts' part, since Landlock cannot take rights away from a part of a tree.
 */

import { contains } from '../policy/paths.js'
import type { AbsolutePath } from '../policy/types.js'
import {
  deviceRights,
  HIGHEST_KNOWN_ABI,
  handledRights,
  listRights,
  procRights,
  readRights,
  writeRights,
} from './landlock-abi.js'
import { DEVICE_NODES } from './pseudo-file-systems.js'
import type { LandlockPlan, LandlockRule, LinuxFacts, MountStep } from './types.js'

/** Below this level renames across directories are refused whatever the rules say. */
const LOWEST_ABI_FOR_SECOND_LAYER = 2

export interface SecondLayer {
  plan: LandlockPlan | null
  /** Why there is none. */
  note?: string
}

export function planSecondLayer(
  steps: readonly MountStep[],
  policy: { nested: boolean },
  facts: LinuxFacts,
): SecondLayer {
  if (policy.nested) {
    return { plan: null, note: 'nested = true: no Landlock layer, a process under Landlock cannot mount' }
  }
  if (facts.landlockAbi === 0) return { plan: null, note: 'no Landlock layer: the kernel has none' }
  if (facts.landlockAbi < LOWEST_ABI_FOR_SECOND_LAYER) {
    return { plan: null, note: 'no Landlock layer: ABI 1 (before Linux 5.19) refuses renames across directories' }
  }
  const abi = Math.min(facts.landlockAbi, HIGHEST_KNOWN_ABI)
  const handled = handledRights(abi)
  return {
    plan: {
      abi,
      handledFs: handled.fs,
      // The network mode is held by the namespace; with the host's network there is nothing to refuse.
      handledNet: 0,
      // The init that delivers signals of the caller is outside of the domain.
      scoped: handled.scoped,
      rules: [...madeFileSystems(abi), ...shownTrees(steps, abi)],
    },
  }
}

function madeFileSystems(abi: number): LandlockRule[] {
  return [
    { path: '/dev', access: readRights('directory', abi), optional: true },
    { path: '/proc', access: procRights(abi) },
    ...DEVICE_NODES.map((path) => ({ path, access: deviceRights('file', abi), optional: true })),
    { path: '/dev/ptmx', access: deviceRights('file', abi), optional: true },
    { path: '/dev/pts', access: deviceRights('directory', abi), optional: true },
    { path: '/dev/shm', access: writeRights('directory', abi), optional: true },
  ]
}

function shownTrees(steps: readonly MountStep[], abi: number): LandlockRule[] {
  const rules: LandlockRule[] = []
  const hasWholeRoot = !steps.some((step) => step.op === 'empty-root')
  for (const step of steps) {
    if (step.op === 'readonly-root') rules.push({ path: '/', access: readRights('directory', abi) })
    if (step.op === 'writable-root') rules.push({ path: '/', access: writeRights('directory', abi) })
    if (step.op === 'empty-root') rules.push({ path: '/', access: listRights(abi) })
    if (step.op !== 'bind') continue
    if (step.access === 'write') {
      rules.push({ path: step.path, access: writeRights(step.type, abi) | ioctlOfDevice(step.path, step.type, abi) })
    } else if (!hasWholeRoot) {
      rules.push({ path: step.path, access: readRights(step.type, abi) })
    }
  }
  return rules
}

/** A device that the policy opens by name is of no use without its ioctls. */
function ioctlOfDevice(path: AbsolutePath, kind: 'directory' | 'file', abi: number): number {
  return contains('/dev', path) ? deviceRights(kind, abi) : 0
}
