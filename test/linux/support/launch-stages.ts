/** From the addon to the namespaces: how each step can fail. */
import { spawn } from 'node:child_process'
import { closeSync, copyFileSync, openSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MountStep } from '../../../lib/plan/types.js'
import { linuxBinding } from '../../support/linux.js'
import { temporaryDirectory } from '../../support/sandboxes.js'
import { LAUNCHER, type Launch, launch, ORIGIN, planOf, requestOf } from './native-launch.js'
import { misfit, type StageCase, stagesOfHeader, thrown, weakLauncher, weakProcess } from './stage-case.js'
import { MACHINES, refuse } from './weaken.js'

const HELPER_FAILED = 'SANDBOX_HELPER_FAILED'

/** fcntl(2) */
const F_ADD_SEALS = 1033
/** prctl(2) */
const PR_SET_CHILD_SUBREAPER = 36
/** netdevice(7) */
const SIOCSIFFLAGS = 0x8914

const HELD = openSync('/dev/null', 'r+')
process.once('exit', () => closeSync(HELD))

/** A launch in which everything that can be there already is. It copies three descriptors first. */
function launchWith(free: number, stdio: number[] = [0, 0, 0]) {
  return { call: 'spawn', plan: planOf(), request: requestOf({ stdio }), warm: true, free } as const
}

/** The same but for the zygote. Six descriptors are in use when that is started. */
function zygoteWith(free: number) {
  return { ...launchWith(free), freshZygote: true } as const
}

async function withLauncher(write: (path: string) => void) {
  const path = join(temporaryDirectory(), 'launcher')
  write(path)
  const binding = linuxBinding()
  try {
    binding.loadHelper(path)
    return await launch({})
  } finally {
    binding.loadHelper(LAUNCHER)
  }
}

/** The launcher started by hand, with a plan that is none. Returns what it reports. */
async function reportOf(plan: string) {
  const path = join(temporaryDirectory(), 'plan')
  writeFileSync(path, plan)
  const fd = openSync(path, 'r')
  const child = spawn(LAUNCHER, ['init', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', fd, fd, fd],
  })
  const report = await new Promise<Buffer>((resolve, reject) => {
    const control = child.stdio[3] as NodeJS.ReadableStream
    control.once('data', resolve)
    control.once('end', () => reject(new Error('no report')))
  })
  closeSync(fd)
  const { stage, syscall } = stagesOfHeader()[report.readUInt32LE(4)] ?? {}
  return { stage, syscall, errno: report.readInt32LE(8) }
}

export const HELPER_STAGES: StageCase[] = [
  thrown(
    { stage: 'linux.helper.open', cause: 'it is missing', errno: 'ENOENT', path: '/no/helper', code: HELPER_FAILED },
    () => linuxBinding().loadHelper('/no/helper'),
  ),
  thrown(
    { stage: 'linux.helper.open', cause: 'it is behind a loop of links', errno: 'ELOOP', code: HELPER_FAILED },
    () => {
      const path = join(temporaryDirectory(), 'loop')
      symlinkSync(path, path)
      linuxBinding().loadHelper(path)
    },
  ),
  thrown(
    { stage: 'linux.helper.read', cause: 'it is a directory', errno: 'EISDIR', path: '/', code: HELPER_FAILED },
    () => linuxBinding().loadHelper('/'),
  ),
  thrown(
    { stage: 'linux.helper.read', cause: 'it is empty', errno: 'ENOEXEC', path: '/dev/null', code: HELPER_FAILED },
    () => linuxBinding().loadHelper('/dev/null'),
  ),
  weakProcess(
    { stage: 'linux.helper.seal', cause: 'memory files cannot be sealed', errno: 'EPERM', code: HELPER_FAILED },
    [refuse('fcntl', 'EPERM', 1, F_ADD_SEALS)],
    { call: 'spawn', plan: planOf(), request: requestOf() },
  ),
  {
    stage: 'linux.helper.exec',
    cause: 'it is no program',
    errno: 'ENOEXEC',
    code: HELPER_FAILED,
    fail: () => withLauncher((path) => writeFileSync(path, 'noise')),
    control: () => withLauncher((path) => copyFileSync(LAUNCHER, path)),
  },
  {
    stage: 'linux.helper.exec',
    cause: 'it was cut off',
    errno: 'ENOEXEC',
    code: HELPER_FAILED,
    fail: () =>
      withLauncher((path) => {
        copyFileSync(LAUNCHER, path)
        truncateSync(path, 32)
      }),
  },
  weakProcess(
    {
      stage: 'linux.helper.exec',
      cause: 'neither memory nor its file may be executed',
      errno: 'EACCES',
      code: HELPER_FAILED,
    },
    MACHINES.withoutExecutableMemfd,
    { call: 'spawn', plan: planOf(), request: requestOf(), launcher: '/etc/passwd' },
  ),
  {
    stage: 'linux.helper.protocol',
    cause: 'the plan is too short to be one',
    code: HELPER_FAILED,
    fail: () => reportOf('text'),
  },
  {
    stage: 'linux.helper.protocol',
    cause: 'the plan is of something else',
    code: HELPER_FAILED,
    fail: () => reportOf(readFileSync('/proc/self/status', 'utf8')),
  },
  weakLauncher({ stage: 'linux.helper.lost', cause: 'it is killed', code: HELPER_FAILED }, ['raise=9']),
]

export const LAUNCH_STAGES: StageCase[] = [
  weakProcess(
    { stage: 'linux.launch.request', cause: 'no descriptor is left', errno: 'EMFILE' },
    ['limit=NOFILE:100'],
    launchWith(3),
  ),
  weakProcess(
    { stage: 'linux.launch.request', cause: 'no memory files', errno: 'ENOSYS' },
    MACHINES.withoutMemfd,
    launchWith(99),
  ),
  weakProcess(
    { stage: 'linux.launch.socketpair', cause: 'one descriptor is left', errno: 'EMFILE' },
    ['limit=NOFILE:100'],
    launchWith(5),
  ),
  weakProcess(
    { stage: 'linux.launch.socketpair', cause: 'one descriptor is left for the zygote', errno: 'EMFILE' },
    ['limit=NOFILE:100'],
    zygoteWith(7),
  ),
  weakProcess(
    { stage: 'linux.launch.clone', cause: 'no descriptor for a pidfd', errno: 'EMFILE' },
    ['limit=NOFILE:100'],
    zygoteWith(8),
  ),
  weakProcess(
    { stage: 'linux.launch.stdio', cause: 'no second descriptor in the child', errno: 'EMFILE' },
    ['limit=NOFILE:100'],
    zygoteWith(9),
  ),
  weakProcess(
    { stage: 'linux.launch.stdio', cause: 'no descriptor is left', errno: 'EMFILE' },
    ['limit=NOFILE:100'],
    launchWith(0),
  ),
  weakProcess(
    { stage: 'linux.launch.dev-null', cause: 'no second descriptor is left', errno: 'EMFILE' },
    ['limit=NOFILE:100'],
    launchWith(1, [0, -1, -1]),
  ),
  weakProcess(
    { stage: 'linux.launch.dev-null', cause: 'an empty /dev', errno: 'ENOENT' },
    ['own-mounts', 'cover=/dev'],
    {
      call: 'spawn',
      plan: planOf(),
      request: requestOf(),
    },
  ),
  weakProcess(
    { stage: 'linux.launch.write', cause: 'a limit on the size of files', errno: 'EFBIG' },
    ['limit=FSIZE:64'],
    {
      call: 'spawn',
      plan: planOf(),
      request: requestOf(),
    },
  ),
  weakProcess({ stage: 'linux.launch.pipe', cause: 'one descriptor is left', errno: 'EMFILE' }, ['limit=NOFILE:100'], {
    call: 'pipe',
    free: 1,
  }),
  misfit(
    { stage: 'linux.launch.stdio', cause: 'a descriptor that is closed', errno: 'EBADF' },
    { request: { stdio: [9999, -1, -1] } },
    { request: { stdio: [HELD, HELD, HELD] } },
  ),
  weakProcess(
    { stage: 'linux.launch.dup', cause: 'dup2() is refused', errno: 'EPERM' },
    [refuse('dup2', 'EPERM')],
    launchWith(50),
  ),
  weakProcess(
    { stage: 'linux.launch.close-range', cause: 'Linux before 5.9', errno: 'ENOSYS' },
    MACHINES.withoutCloseRange,
    launchWith(50),
  ),
  weakProcess({ stage: 'linux.launch.watch', cause: 'no memory for a thread', errno: 'EAGAIN' }, [], {
    call: 'spawn',
    plan: planOf(),
    request: requestOf(),
    moreBytes: 2 << 20,
  }),
  weakProcess(
    { stage: 'linux.launch.watch', cause: 'no watch for the control socket', errno: 'ENOSPC' },
    // Of the descriptors 93 to 99 it gets the fifth: three streams and the request come before.
    ['limit=NOFILE:100', refuse('epoll_ctl', 'ENOSPC', 2, 97)],
    launchWith(7),
  ),
  weakProcess(
    { stage: 'linux.launch.send', cause: 'sendmsg() is refused', errno: 'EPERM' },
    [refuse('sendmsg', 'EPERM')],
    { call: 'spawn', plan: planOf(), request: requestOf() },
  ),
  weakLauncher({ stage: 'linux.zygote.clone', cause: 'too many processes', errno: 'EAGAIN' }, [
    refuse('clone3', 'EAGAIN'),
  ]),
]

/** A plan of several megabytes, of which nothing has to be done. */
const LARGE: Launch = {
  plan: {
    mounts: [
      ...planOf().mounts,
      ...Array.from({ length: 4000 }, (_, index): MountStep => {
        const path = `/missing/${index}${`/${'x'.repeat(250)}`.repeat(4)}`
        return { op: 'mask', path, type: 'file', search: false, optional: true, origin: ORIGIN }
      }),
    ],
  },
}

export const SUPERVISOR_STAGES: StageCase[] = [
  weakLauncher(
    { stage: 'linux.supervisor.map', cause: 'a plan larger than the memory', errno: 'ENOMEM' },
    [`limit=AS:${1 << 20}`],
    LARGE,
  ),
  weakLauncher({ stage: 'linux.supervisor.ready', cause: 'Linux before 5.3', errno: 'ENOSYS' }, [
    refuse('pidfd_open', 'ENOSYS'),
  ]),
  weakLauncher({ stage: 'linux.supervisor.setsid', cause: 'setsid() is refused', errno: 'EPERM' }, [
    refuse('setsid', 'EPERM'),
  ]),
  weakLauncher({ stage: 'linux.supervisor.signals', cause: 'no signalfd()', errno: 'ENOSYS' }, [
    refuse('signalfd4', 'ENOSYS'),
  ]),
  weakLauncher(
    { stage: 'linux.supervisor.subreaper', cause: 'prctl() is refused', errno: 'EINVAL' },
    [refuse('prctl', 'EINVAL', 0, PR_SET_CHILD_SUBREAPER)],
    { plan: { mode: 'landlock', namespaces: [], idMap: 'none', mounts: [], loopback: false } },
  ),
  weakLauncher({ stage: 'linux.supervisor.poll', cause: 'no ppoll()', errno: 'ENOSYS' }, [refuse('ppoll', 'ENOSYS')]),
  {
    stage: 'linux.supervisor.sync',
    cause: 'no pipe',
    errno: 'EMFILE',
    fail: () => launch({ plan: { idMap: 'full' }, changes: [refuse('pipe2', 'EMFILE')] }),
  },
]

export const NAMESPACE_STAGES: StageCase[] = [
  weakLauncher(
    { stage: 'linux.namespace.clone', cause: 'user.max_user_namespaces = 0', errno: 'ENOSPC', needs: 'namespaces' },
    MACHINES.withoutUserNamespaces,
  ),
  weakLauncher(
    { stage: 'linux.namespace.clone', cause: 'Docker', errno: 'EPERM', needs: 'namespaces' },
    MACHINES.docker,
  ),
  weakLauncher(
    {
      stage: 'linux.namespace.setgroups',
      cause: 'inside of a Landlock sandbox',
      errno: 'EACCES',
      path: '/proc/self/setgroups',
      needs: 'namespaces',
    },
    ['landlock-read-only'],
    { plan: { idMap: 'single' } },
  ),
  {
    stage: 'linux.namespace.uid-map',
    cause: 'inside of a Landlock sandbox',
    errno: 'EACCES',
    needs: 'namespaces',
    fail: () => launch({ plan: { idMap: 'full' }, changes: ['landlock-read-only'] }),
  },
  weakLauncher(
    {
      stage: 'linux.namespace.gid-map',
      cause: 'writing it is refused',
      errno: 'EPERM',
      path: '/proc/self/gid_map',
      needs: 'namespaces',
    },
    // "12345 12345 1"; the map of user ids is shorter.
    ['user-namespace=5:12345', refuse('write', 'EPERM', 2, 13)],
    { plan: { idMap: 'single' } },
  ),
  {
    stage: 'linux.namespace.read-map',
    cause: 'no /proc',
    errno: 'ENOENT',
    needs: 'namespaces',
    fail: () => launch({ plan: { idMap: 'full' }, changes: ['own-mounts', 'cover=/proc'] }),
  },
  weakLauncher(
    { stage: 'linux.namespace.loopback', cause: 'ioctl() is refused', errno: 'EPERM', path: 'lo', needs: 'namespaces' },
    [refuse('ioctl', 'EPERM', 1, SIOCSIFFLAGS)],
  ),
]
