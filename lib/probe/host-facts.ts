/** What the host says about itself where a failure alone does not tell its cause. Facts for hints, nothing depends on them. */
import { readFile } from 'node:fs/promises'

export interface HostFacts {
  /** kernel.unprivileged_userns_clone (Debian and others). */
  unprivilegedUsernsClone?: number
  /** kernel.apparmor_restrict_unprivileged_userns (Ubuntu). */
  apparmorRestrictsUserns?: number
  /** Names of user.max_*_namespaces whose value is 0. */
  zeroNamespaceLimits: string[]
  /** This process is under a seccomp filter, as in Docker. */
  seccompFiltered: boolean
  /** The root directory is not a mount point of its own: chroot(2). */
  chrooted: boolean
  /** Something is mounted over a part of /proc. */
  procMasked: boolean
}

const NAMESPACE_KINDS = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup'] as const

/** Reads what it can; a file that cannot be read is a fact that is not known. */
export async function readHostFacts(): Promise<HostFacts> {
  const [clone, apparmor, status, mounts, ...limits] = await Promise.all([
    readText('/proc/sys/kernel/unprivileged_userns_clone'),
    readText('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'),
    readText('/proc/self/status'),
    readText('/proc/self/mountinfo'),
    ...NAMESPACE_KINDS.map((kind) => readText(`/proc/sys/user/max_${kind}_namespaces`)),
  ])
  const mountPoints = (mounts ?? '').split('\n').map((line) => line.split(' ')[4] ?? '')
  return {
    ...numberField('unprivilegedUsernsClone', clone),
    ...numberField('apparmorRestrictsUserns', apparmor),
    zeroNamespaceLimits: NAMESPACE_KINDS.filter((_, index) => limits[index]?.trim() === '0').map(
      (kind) => `user.max_${kind}_namespaces`,
    ),
    seccompFiltered: /^Seccomp:\s+2$/m.test(status ?? ''),
    chrooted: mounts !== undefined && !mountPoints.includes('/'),
    // binfmt_misc is mounted there on ordinary hosts.
    procMasked: mountPoints.some((path) => path.startsWith('/proc/') && path !== '/proc/sys/fs/binfmt_misc'),
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}

function numberField<Name extends string>(name: Name, text: string | undefined): { [K in Name]?: number } {
  if (text === undefined || !/^\d+\s*$/.test(text)) return {}
  return { [name]: Number(text) } as { [K in Name]?: number }
}
