/** The program that makes a weaker machine of this one (test/fixtures/weaken.cc), compiled at first use. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { constants, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('../../fixtures/weaken.cc', import.meta.url))

const COMPILER = process.env.CXX ?? 'c++'

let compiled: string | undefined

/** The path of the program, kept for the next run. */
export function weakenProgram(): string {
  compiled ??= compile()
  return compiled
}

function compile(): string {
  const hash = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 12)
  const directory = join(tmpdir(), `ringfence-fixtures-${userInfo().uid}`)
  const program = join(directory, `weaken-${hash}`)
  if (existsSync(program)) return program
  mkdirSync(directory, { recursive: true })
  const fresh = `${program}.${process.pid}`
  execFileSync(COMPILER, ['-std=c++20', '-Wall', '-Wextra', '-Werror', SOURCE, '-o', fresh], { stdio: 'inherit' })
  renameSync(fresh, program)
  return program
}

/**
 * A launcher that runs on a weaker machine than this process: it changes what is its own, then executes the real one.
 * Made for loadHelper().
 */
export function weakenedLauncher(directory: string, changes: readonly string[], launcher: string): string {
  const script = join(directory, 'weakened-launcher')
  const lines = [`#!${weakenProgram()} launcher`, ...changes, `exec=${launcher}`]
  writeFileSync(script, `${lines.join('\n')}\n`, { mode: 0o755 })
  return script
}

type ErrnoName = keyof typeof constants.errno

/** The system call fails with this errno, or only where its argument `index` has `value`. */
export function refuse(call: string, errno: ErrnoName, index?: number, value?: number): string {
  const where = index === undefined ? '' : `:${index}:${value}`
  return `refuse=${call}:${constants.errno[errno]}${where}`
}

function refuseAll(calls: readonly string[], errno: ErrnoName): string[] {
  return calls.map((call) => refuse(call, errno))
}

const MOUNT_API = ['open_tree', 'move_mount', 'fsopen', 'fsconfig', 'fsmount', 'fspick', 'mount_setattr']
const MOUNTS = ['mount', 'umount2', 'pivot_root', 'setns', ...MOUNT_API]
const LANDLOCK = ['landlock_create_ruleset', 'landlock_add_rule', 'landlock_restrict_self']

/** MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC, memfd_create(2). */
const EXECUTABLE_MEMFD = 0x13

/** Machines that lack something, as changes of this one. */
export const MACHINES = {
  /** Docker's own filter: no namespaces, no mounts. */
  docker: [`namespaces=${constants.errno.EPERM}`, ...refuseAll(MOUNTS, 'EPERM')],
  /** A filter that does not know the calls, as of older container engines. */
  dockerWithoutCalls: [`namespaces=${constants.errno.ENOSYS}`, ...refuseAll(MOUNTS, 'ENOSYS')],
  /** Linux before 5.13. */
  withoutLandlock: refuseAll(LANDLOCK, 'ENOSYS'),
  /** Landlock is compiled in and not in the list of security modules. */
  landlockDisabled: refuseAll(LANDLOCK, 'EOPNOTSUPP'),
  /** Linux before 5.3, and every filter that has to look at the flags of clone(). */
  withoutClone3: [refuse('clone3', 'ENOSYS')],
  /** Linux before 5.2. */
  withoutMountApi: refuseAll(MOUNT_API, 'ENOSYS'),
  /** Linux before 5.12. */
  withoutMountSetattr: [refuse('mount_setattr', 'ENOSYS')],
  /** vm.memfd_noexec = 2. */
  withoutExecutableMemfd: [refuse('memfd_create', 'EACCES', 1, EXECUTABLE_MEMFD)],
  withoutMemfd: [refuse('memfd_create', 'ENOSYS')],
  /** Linux before 5.9. */
  withoutCloseRange: [refuse('close_range', 'ENOSYS')],
  /** user.max_user_namespaces = 0. */
  withoutUserNamespaces: ['user-namespace', 'namespace-limit=0'],
  /** A container's /proc, of which a part is covered. */
  maskedProc: ['own-mounts', 'mask=/proc/sys'],
} as const satisfies Record<string, readonly string[]>
