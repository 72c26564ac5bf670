/** What a person can do about a failure: a table of (stage, number), never of message text. */
import { constants } from 'node:os'
import type { HostFacts } from './host-facts.js'
import { windowsHintFor } from './windows-hints.js'

interface HintRule {
  /** A stage, or the start of its name up to a dot. */
  stage: string
  /** Undefined: any. */
  errno?: readonly number[]
  /** Decides between rules for the same numbers. Facts that are not known count as false. */
  when?: (facts: Partial<HostFacts>) => boolean
  hint: string
}

const {
  EACCES,
  EAGAIN,
  E2BIG,
  EINVAL,
  ELOOP,
  EMFILE,
  ENOENT,
  ENOEXEC,
  ENOMEM,
  ENOSPC,
  ENOSYS,
  ENOTDIR,
  EOPNOTSUPP,
  EPERM,
  EROFS,
} = constants.errno

const APPARMOR =
  'AppArmor restricts user namespaces here: install bubblewrap (its profile allows them), or as root ' +
  '"sysctl kernel.apparmor_restrict_unprivileged_userns=0"'
const OUTER_SECCOMP =
  'a seccomp filter around this process refuses namespaces, as in Docker: run the container with ' +
  '"--security-opt seccomp=unconfined" or a profile that allows clone3, unshare, mount and setns'
const NAMESPACES_OFF =
  'namespaces are turned off by sysctl: as root raise user.max_user_namespaces and the other user.max_*_namespaces'
const CHANGED = 'the path changed after the sandbox was created: create the sandbox anew'

/** The first rule that fits wins. */
const HINTS: readonly HintRule[] = [
  {
    stage: 'linux.namespace.clone',
    errno: [ENOSPC],
    when: namespacesTurnedOff,
    hint: NAMESPACES_OFF,
  },
  {
    stage: 'linux.namespace.clone',
    errno: [ENOSPC],
    hint: 'a limit on namespaces is reached: raise user.max_*_namespaces, or nest fewer sandboxes (at most 32 user namespaces)',
  },
  {
    stage: 'linux.namespace.clone',
    errno: [EPERM],
    when: (facts) => facts.unprivilegedUsernsClone === 0,
    hint: 'user namespaces are turned off: as root "sysctl kernel.unprivileged_userns_clone=1"',
  },
  {
    stage: 'linux.namespace.clone',
    errno: [EPERM],
    when: (facts) => facts.chrooted === true,
    hint: 'this process runs in a chroot, where the kernel makes no user namespaces: use pivot_root, or backend landlock',
  },
  { stage: 'linux.namespace.clone', errno: [EPERM, EACCES], when: apparmorRestricts, hint: APPARMOR },
  {
    stage: 'linux.namespace.clone',
    errno: [EPERM, ENOSYS],
    when: (facts) => facts.seccompFiltered === true,
    hint: OUTER_SECCOMP,
  },
  {
    stage: 'linux.namespace.clone',
    errno: [EPERM, EACCES],
    hint:
      'user namespaces are refused here: this process may be in a chroot, or the machine does not let ordinary users ' +
      'make them; ask its administrator, or use backend landlock',
  },
  {
    stage: 'linux.namespace.clone',
    errno: [ENOSYS, EINVAL],
    hint: 'this kernel has no namespaces of some kind, or a seccomp filter hides them, as in Docker',
  },
  { stage: 'linux.namespace', errno: [EPERM, EACCES], when: apparmorRestricts, hint: APPARMOR },
  {
    stage: 'linux.namespace',
    errno: [EPERM, EACCES],
    hint: 'user namespaces get no rights here, as inside a Landlock sandbox or under a security module',
  },
  {
    stage: 'linux.mount.proc',
    errno: [EPERM],
    hint: 'a part of /proc is masked, as in Docker: run the container with "--security-opt systempaths=unconfined"',
  },
  { stage: 'linux.mount', errno: [EPERM, EACCES], when: apparmorRestricts, hint: APPARMOR },
  {
    stage: 'linux.mount',
    errno: [ENOSYS],
    hint: 'this kernel lacks the mount API of Linux 5.12, or a seccomp filter hides it: use backend bubblewrap',
  },
  {
    stage: 'linux.mount',
    errno: [EPERM, EACCES],
    when: (facts) => facts.seccompFiltered === true,
    hint: OUTER_SECCOMP,
  },
  {
    stage: 'linux.mount',
    errno: [EPERM, EACCES],
    hint: 'mounting is refused, as inside a Landlock sandbox or under a security module',
  },
  { stage: 'linux.mount', errno: [ENOENT, ENOTDIR, ELOOP], hint: CHANGED },
  { stage: 'linux.landlock', errno: [ENOSYS], hint: 'this kernel has no Landlock: it came with Linux 5.13' },
  {
    stage: 'linux.landlock',
    errno: [EOPNOTSUPP],
    hint: 'Landlock is disabled at boot: add "landlock" to the kernel\'s lsm= parameter',
  },
  {
    stage: 'linux.landlock',
    errno: [E2BIG],
    hint: 'too many Landlock sandboxes inside each other: the kernel allows 16',
  },
  {
    stage: 'linux.limit',
    errno: [EROFS, EACCES, EPERM, ENOENT],
    hint: 'the limit needs a /proc that the sandbox may use, as containers do not give it: leave the limit out, or set it for the container',
  },
  { stage: 'linux.landlock.open', errno: [ENOENT, ENOTDIR, ELOOP], hint: CHANGED },
  {
    stage: 'linux.bubblewrap.find',
    hint: 'install the package "bubblewrap", or name a bwrap with the option bubblewrapPath',
  },
  { stage: 'linux.bubblewrap.version', hint: 'bubblewrap 0.4 or newer is needed' },
  { stage: 'linux.bubblewrap.namespaces', when: apparmorRestricts, hint: APPARMOR },
  {
    stage: 'linux.bubblewrap.namespaces',
    when: namespacesTurnedOff,
    hint: NAMESPACES_OFF,
  },
  {
    stage: 'linux.bubblewrap.namespaces',
    when: (facts) => facts.unprivilegedUsernsClone === 0,
    hint: 'user namespaces are turned off: as root "sysctl kernel.unprivileged_userns_clone=1", or install a setuid bwrap',
  },
  { stage: 'linux.bubblewrap.namespaces', when: (facts) => facts.seccompFiltered === true, hint: OUTER_SECCOMP },
  {
    stage: 'linux.bubblewrap',
    hint: 'bwrap could not set up its sandbox: run "bwrap --ro-bind / / true" to see its own message',
  },
  {
    stage: 'linux.helper.exec',
    errno: [EACCES],
    hint: 'the launcher may not be executed: memfd is not executable (vm.memfd_noexec) and its file is on a noexec mount',
  },
  {
    stage: 'linux.launch.close-range',
    errno: [ENOSYS, EPERM],
    hint: 'this kernel lacks close_range() of Linux 5.9, or a seccomp filter hides it',
  },
  {
    stage: 'linux.launch.request',
    errno: [ENOSYS, EPERM],
    hint: 'this kernel lacks memfd_create() of Linux 3.17, or a seccomp filter hides it',
  },
  { stage: 'linux.helper', hint: 'reinstall ringfence; in a checkout run "npm run build:native"' },
  {
    stage: 'linux.watch.lost',
    hint: 'something outside of the sandbox removed or replaced a protected path: run the command again',
  },
  {
    stage: 'linux.stub',
    hint: 'a missing protected path is held by an empty directory while a command runs; it could not be',
  },
  {
    stage: 'state.directory',
    hint: 'name a private directory of your own with RINGFENCE_STATE_DIR',
  },
  { stage: 'posix.exec', errno: [ENOEXEC], hint: 'the file is no program of this machine; a script needs a #! line' },
  {
    stage: 'linux.command.chdir',
    errno: [ENOENT, ENOTDIR, EACCES],
    hint: 'the working directory has to exist and be readable inside the sandbox',
  },
  { stage: 'linux', errno: [EMFILE], hint: 'too many open files: raise "ulimit -n", or run fewer commands at once' },
  { stage: 'linux', errno: [EAGAIN], hint: 'too many processes: raise "ulimit -u", or run fewer commands at once' },
  { stage: 'linux', errno: [ENOMEM], hint: 'not enough memory' },
]

/** Undefined when nothing is known to help. */
export function hintFor(
  failure: { stage: string; errno?: number | undefined; osCode?: number | undefined; path?: string | undefined },
  facts: Partial<HostFacts> = {},
): string | undefined {
  if (failure.stage.startsWith('windows.')) return windowsHintFor(failure)
  return HINTS.find(
    ({ stage, errno, when }) =>
      (failure.stage === stage || failure.stage.startsWith(`${stage}.`)) &&
      (errno === undefined || (failure.errno !== undefined && errno.includes(failure.errno))) &&
      (when === undefined || when(facts)),
  )?.hint
}

function apparmorRestricts(facts: Partial<HostFacts>): boolean {
  return (facts.apparmorRestrictsUserns ?? 0) > 0
}

function namespacesTurnedOff(facts: Partial<HostFacts>): boolean {
  return (facts.zeroNamespaceLimits?.length ?? 0) > 0
}
