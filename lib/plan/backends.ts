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
  /** As process.platform. */
  system: 'linux' | 'win32'
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
  namespaces: { system: 'linux', needs: 'Linux 5.12 with user namespaces, or root', protections: MOUNTED },
  bubblewrap: { system: 'linux', needs: 'Linux with bwrap 0.4 or newer', protections: MOUNTED },
  landlock: {
    system: 'linux',
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
  'restricted-token': {
    system: 'win32',
    needs: 'Windows 10 or newer, NTFS or ReFS',
    protections: {
      'file-writes': {
        level: 'full',
        by: 'restricting SIDs, ACLs',
        limit: 'on volumes that keep ACLs; file shares of the network are written with the rights of the user',
      },
      'file-reads': { level: 'none', by: 'nothing', limit: 'the token restricts writing only' },
      'protected-paths': { level: 'full', by: 'denying ACEs, placeholders for missing paths' },
      'nested-repositories': { level: 'full', by: 'denying ACEs', limit: 'where the scan was complete' },
      network: { level: 'none', by: 'nothing', limit: 'a token does not restrict the network' },
      'unix-sockets': {
        level: 'partial',
        by: 'restricting SIDs',
        limit:
          'servers of Windows (RPC, COM) decide themselves what they do for a restricted token; named pipes and ' +
          'sockets whose ACL names the logon session, or that have none, are in reach',
      },
      processes: {
        level: 'partial',
        by: 'restricting SIDs, job',
        limit: "the memory of the user's other processes can be read",
      },
      'system-calls': {
        level: 'full',
        by: 'token without privileges',
        limit: 'calls that need a privilege; Windows has no filter for the others',
      },
    },
  },
}

/** The order in which backends are tried on a system. Empty where there are none. */
export function ladderOf(system: string): BackendName[] {
  return BACKENDS.filter((backend) => BACKEND_TABLE[backend].system === system)
}

/** Backends of the same system that enforce a protection without exception, for refusals. */
export function backendsEnforcing(protection: Protection, system: BackendTraits['system']): BackendName[] {
  return ladderOf(system).filter((backend) => BACKEND_TABLE[backend].protections[protection].level === 'full')
}

/** One row for each protection, in the order of reports. */
export function backendMatrix(): Array<{ protection: Protection } & Record<BackendName, BackendProtection>> {
  return PROTECTIONS.map((protection) => ({
    protection,
    namespaces: BACKEND_TABLE.namespaces.protections[protection],
    bubblewrap: BACKEND_TABLE.bubblewrap.protections[protection],
    landlock: BACKEND_TABLE.landlock.protections[protection],
    'restricted-token': BACKEND_TABLE['restricted-token'].protections[protection],
  }))
}
