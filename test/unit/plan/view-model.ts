/**
 * A model of a file system as a sequence of mounts makes it: which access a path has is decided by the last
 * step that covers it. Shares no code with the planner.
 */
import type { MountStep } from '../../../lib/plan/types.js'
import type { Access, ResolvedRule } from '../../../lib/policy/types.js'

function covers(directory: string, path: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`)
}

/** The reference: the deepest rule that contains the path. */
export function accessByRules(rules: readonly ResolvedRule[], path: string): Access {
  let deepest: ResolvedRule | undefined
  for (const rule of rules) {
    if (covers(rule.path, path) && (deepest === undefined || rule.path.length > deepest.path.length)) deepest = rule
  }
  return deepest?.access ?? 'none'
}

export interface Replay {
  access(path: string): Access
  /** True when the path itself is a mount point: it can be neither renamed nor removed. */
  isMountPoint(path: string): boolean
}

/** Carries the steps out. Throws where a kernel would: a mount point or a source that is not there. */
export function replay(steps: readonly MountStep[], exists: (path: string) => boolean): Replay {
  const placed: Array<{ path: string; access: Access; search: boolean }> = []
  const accessAt = (path: string): Access => placed.findLast((mount) => covers(mount.path, path))?.access ?? 'none'
  const place = (path: string, access: Access, search = false) => placed.push({ path, access, search })
  for (const step of steps) {
    if (step.op === 'readonly-root') place('/', 'read')
    if (step.op === 'writable-root') place('/', 'write')
    if (step.op === 'empty-root') place('/', 'none', true)
    if (step.op === 'bind') {
      if (!exists(step.path)) throw new Error(`source is missing: ${step.path}`)
      const over = placed.findLast((mount) => covers(mount.path, step.path))
      if (over?.access === 'none' && !over.search) throw new Error(`cannot make ${step.path} in ${over.path}`)
      place(step.path, step.access)
    }
    if (step.op === 'pin') {
      if (!exists(step.path) || accessAt(step.path) !== 'write') throw new Error(`pin of ${step.path}`)
      place(step.path, 'write')
    }
    if (step.op === 'stub') {
      if (exists(step.path) || !exists(step.path.replace(/\/[^/]+$/, '') || '/'))
        throw new Error(`stub at ${step.path}`)
      place(step.path, 'read')
    }
    if (step.op === 'mask') {
      if (!exists(step.path)) throw new Error(`mask of ${step.path}`)
      place(step.path, 'none', step.search)
    }
  }
  return { access: accessAt, isMountPoint: (path) => placed.some((mount) => mount.path === path) }
}
