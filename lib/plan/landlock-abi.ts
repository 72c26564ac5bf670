/**
 * Landlock's ABI levels as a table: which right came with which kernel.
 * Numbers: include/uapi/linux/landlock.h. Levels: Documentation/userspace-api/landlock.rst, "Previous
 * limitations", and the release that first had each.
 */

export const FS = {
  EXECUTE: 1 << 0,
  WRITE_FILE: 1 << 1,
  READ_FILE: 1 << 2,
  READ_DIR: 1 << 3,
  REMOVE_DIR: 1 << 4,
  REMOVE_FILE: 1 << 5,
  MAKE_CHAR: 1 << 6,
  MAKE_DIR: 1 << 7,
  MAKE_REG: 1 << 8,
  MAKE_SOCK: 1 << 9,
  MAKE_FIFO: 1 << 10,
  MAKE_BLOCK: 1 << 11,
  MAKE_SYM: 1 << 12,
  REFER: 1 << 13,
  TRUNCATE: 1 << 14,
  IOCTL_DEV: 1 << 15,
} as const

export const NET = { BIND_TCP: 1 << 0, CONNECT_TCP: 1 << 1 } as const

export const SCOPE = { ABSTRACT_UNIX_SOCKET: 1 << 0, SIGNAL: 1 << 1 } as const

interface AbiLevel {
  abi: number
  /** First kernel release with it. */
  kernel: string
  fs: number
  net: number
  scoped: number
}

/** What each level added. A right that the kernel does not know is an error there (EINVAL). */
export const ABI_LEVELS: readonly AbiLevel[] = [
  // All rights of the first version: EXECUTE up to MAKE_SYM.
  { abi: 1, kernel: '5.13', fs: FS.REFER - 1, net: 0, scoped: 0 },
  // Until here renames and links across directories are refused whatever the rules say.
  { abi: 2, kernel: '5.19', fs: FS.REFER, net: 0, scoped: 0 },
  // Until here truncate(2) needs no right.
  { abi: 3, kernel: '6.2', fs: FS.TRUNCATE, net: 0, scoped: 0 },
  { abi: 4, kernel: '6.7', fs: 0, net: NET.BIND_TCP | NET.CONNECT_TCP, scoped: 0 },
  { abi: 5, kernel: '6.10', fs: FS.IOCTL_DEV, net: 0, scoped: 0 },
  { abi: 6, kernel: '6.12', fs: 0, net: 0, scoped: SCOPE.ABSTRACT_UNIX_SOCKET | SCOPE.SIGNAL },
  // Flags for audit logs; no new right.
  { abi: 7, kernel: '6.15', fs: 0, net: 0, scoped: 0 },
]

export const HIGHEST_KNOWN_ABI = 7

export interface HandledRights {
  fs: number
  net: number
  scoped: number
}

/** Every right that a ruleset can handle at this level. */
export function handledRights(abi: number): HandledRights {
  const handled = { fs: 0, net: 0, scoped: 0 }
  for (const level of ABI_LEVELS) {
    if (level.abi > abi) break
    handled.fs |= level.fs
    handled.net |= level.net
    handled.scoped |= level.scoped
  }
  return handled
}

/** Rights that apply to a file; any other in a rule for a file is EINVAL (landlock_add_rule(2)). */
const FILE_RIGHTS = FS.EXECUTE | FS.WRITE_FILE | FS.READ_FILE | FS.TRUNCATE | FS.IOCTL_DEV

const READ = FS.EXECUTE | FS.READ_FILE | FS.READ_DIR

/** No device nodes: making one takes CAP_MKNOD, which no command has. */
const WRITE =
  READ |
  FS.WRITE_FILE |
  FS.REMOVE_DIR |
  FS.REMOVE_FILE |
  FS.MAKE_DIR |
  FS.MAKE_REG |
  FS.MAKE_SOCK |
  FS.MAKE_FIFO |
  FS.MAKE_SYM |
  FS.REFER |
  FS.TRUNCATE

const DEVICE = FS.READ_FILE | FS.WRITE_FILE | FS.IOCTL_DEV
const DEVICE_DIRECTORY = DEVICE | FS.READ_DIR

export type FileKind = 'directory' | 'file'

function rights(wanted: number, kind: FileKind, abi: number): number {
  return wanted & handledRights(abi).fs & (kind === 'file' ? FILE_RIGHTS : ~0)
}

export function readRights(kind: FileKind, abi: number): number {
  return rights(READ, kind, abi)
}

export function writeRights(kind: FileKind, abi: number): number {
  return rights(WRITE, kind, abi)
}

/** Read, write and ioctl of device nodes, without making or removing any. */
export function deviceRights(kind: FileKind, abi: number): number {
  return rights(kind === 'file' ? DEVICE : DEVICE_DIRECTORY, kind, abi)
}

/** What a process needs of its own files in /proc: oom_score_adj and comm are opened with O_TRUNC by shells. */
export function procRights(abi: number): number {
  return rights(READ | FS.WRITE_FILE | FS.TRUNCATE, 'directory', abi)
}

/** Listing only, for the made directories of an empty root. */
export function listRights(abi: number): number {
  return rights(FS.READ_DIR, 'directory', abi)
}
