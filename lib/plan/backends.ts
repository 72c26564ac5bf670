/**
 * What each backend enforces, as one table. Enforcement reports, refusals ("which backend could") and the
 * README's matrix are made from it, so they cannot disagree.
 */
import { PROTECTIONS, type Protection } from '../policy/types.js'
import { BACKENDS, type BackendName } from './types.js'

export interface BackendProtection {
  /** `none`: a policy that asks for it is refused, or runs without it when it is not `strict`. */
  level: 'full' | 'partial' | 'none'
  /** The mechanism, in the kernel's words. */
  by: string
  /** What the level depends on, or what is left out. */
  limit?: string
}

export interface BackendTraits {
  needs: string
  protections: Record<Protection, BackendProtection>
}

const MOUNTED: BackendTraits['protections'] = {
  'file-writes': { level: 'full', by: 'read-only mounts, Landlock' },
  'file-reads': { level: 'full', by: 'masks, or an empty root with bind mounts' },
  'protected-paths': { level: 'full', by: 'read-only bind mounts, pinned parents, stubs for missing paths' },
  'nested-repositories': { level: 'full', by: 'read-only bind mounts', limit: 'where the scan was complete' },
  network: { level: 'full', by: 'network namespace, seccomp' },
  'unix-sockets': { level: 'full', by: 'checked connect, network namespace, Landlock' },
  processes: { level: 'full', by: 'pid namespace' },
  'system-calls': { level: 'full', by: 'seccomp' },
}

export const BACKEND_TABLE: Record<BackendName, BackendTraits> = {
  namespaces: { needs: 'Linux 5.12 with user namespaces, or root', protections: MOUNTED },
  bubblewrap: { needs: 'Linux with bwrap 0.4 or newer', protections: MOUNTED },
  landlock: {
    needs: 'Linux 5.13 with Landlock',
    protections: {
      'file-writes': {
        level: 'full',
        by: 'Landlock',
        limit: 'from ABI 3 (Linux 6.2); not modes, owners, times and attributes of files',
      },
      'file-reads': { level: 'partial', by: 'Landlock', limit: 'read lists; not denied paths inside a readable tree' },
      'protected-paths': { level: 'none', by: 'Landlock', limit: 'Landlock can only add rights to a tree' },
      'nested-repositories': { level: 'none', by: 'Landlock', limit: 'Landlock can only add rights to a tree' },
      network: { level: 'full', by: 'seccomp, Landlock from ABI 4' },
      'unix-sockets': { level: 'full', by: 'seccomp', limit: 'only socketpair() works' },
      processes: {
        level: 'full',
        by: 'Landlock',
        limit: 'from ABI 6 (Linux 6.12); processes of the host stay visible',
      },
      'system-calls': { level: 'full', by: 'seccomp' },
    },
  },
}

/** Backends that enforce a protection without exception, for refusals. */
export function backendsEnforcing(protection: Protection): BackendName[] {
  return BACKENDS.filter((backend) => BACKEND_TABLE[backend].protections[protection].level === 'full')
}

/** One row for each protection, in the order of reports. */
export function backendMatrix(): Array<{ protection: Protection } & Record<BackendName, BackendProtection>> {
  return PROTECTIONS.map((protection) => ({
    protection,
    namespaces: BACKEND_TABLE.namespaces.protections[protection],
    bubblewrap: BACKEND_TABLE.bubblewrap.protections[protection],
    landlock: BACKEND_TABLE.landlock.protections[protection],
  }))
}
