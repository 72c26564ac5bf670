/** What native code does on the host beside launches: how each step can fail. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { linuxBinding } from '../../support/linux.js'
import { temporaryDirectory } from '../../support/sandboxes.js'
import { type StageCase, thrown, weakProcess } from './stage-case.js'
import { refuse } from './weaken.js'

/** unlinkat(2) */
const AT_REMOVEDIR = 0x200
/** fcntl(2) */
const F_SETFL = 4

interface Places {
  state: string
  work: string
}

/** Takes a placeholder at `path(work)` after `change`; the same without the change works. */
function stubCase(
  expected: Omit<StageCase, 'fail'>,
  change: (places: Places) => unknown,
  path: (work: string) => string = (work) => join(work, 'missing'),
): StageCase {
  const take = async ({ state, work }: Places, taken: string) => {
    const lease = await linuxBinding().acquireStubs(state, [taken])
    await lease.release()
    return work
  }
  const places = () => ({ state: privateDirectory(), work: temporaryDirectory() })
  const failing = async () => {
    const made = places()
    await change(made)
    await take(made, path(made.work))
  }
  const control = async () => {
    const made = places()
    await take(made, join(made.work, 'missing'))
  }
  return { ...thrown(expected, failing), control }
}

function privateDirectory(): string {
  const state = temporaryDirectory()
  chmodSync(state, 0o700)
  mkdirSync(join(state, 'stubs'), { mode: 0o700 })
  return state
}

/** Takes a placeholder and gives it back, in a process on a weaker machine. */
function takenIn(changes: readonly string[]) {
  const path = join(temporaryDirectory(), 'stub')
  return weakProcess({ stage: '', cause: '' }, changes, {
    call: 'stubs',
    path,
    stateDirectory: privateDirectory(),
  }).fail()
}

const unchanged = () => {}

export const STUB_STAGES: StageCase[] = [
  stubCase({ stage: 'linux.stub.state', cause: 'others can enter the directory', errno: 'EPERM' }, ({ state }) =>
    chmodSync(state, 0o755),
  ),
  stubCase({ stage: 'linux.stub.state', cause: 'it is a link', errno: 'ENOTDIR' }, ({ state, work }) => {
    rmdirSync(join(state, 'stubs'))
    symlinkSync(work, join(state, 'stubs'))
  }),
  stubCase({ stage: 'linux.stub.lock', cause: 'a directory has its name', errno: 'EISDIR' }, ({ state }) =>
    mkdirSync(join(state, 'stubs/lock')),
  ),
  stubCase({ stage: 'linux.stub.lock', cause: 'a link has its name', errno: 'ELOOP' }, ({ state }) =>
    symlinkSync('/dev/null', join(state, 'stubs/lock')),
  ),
  stubCase(
    { stage: 'linux.stub.lock', cause: 'a process holds it and does not go on', errno: 'EAGAIN' },
    async ({ state }) => {
      const holder = spawn('flock', [join(state, 'stubs/lock'), 'sh', '-c', 'echo held; exec sleep 5'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      await once(holder.stdout, 'data')
    },
  ),
  stubCase({ stage: 'linux.stub.journal', cause: 'a directory has the name of one', errno: 'EISDIR' }, ({ state }) =>
    mkdirSync(join(state, 'stubs/lease-1-1')),
  ),
  stubCase(
    { stage: 'linux.stub.parent', cause: 'the parent is a link', errno: 'ELOOP' },
    ({ work }) => symlinkSync('/tmp', join(work, 'link')),
    (work) => join(work, 'link/stub'),
  ),
  stubCase(
    { stage: 'linux.stub.parent', cause: 'the parent is a file', errno: 'ENOTDIR' },
    ({ work }) => writeFileSync(join(work, 'file'), ''),
    (work) => join(work, 'file/stub'),
  ),
  stubCase({ stage: 'linux.stub.parent', cause: 'its name is too long', errno: 'ENAMETOOLONG' }, unchanged, (work) =>
    join(work, 'x'.repeat(256)),
  ),
  {
    stage: 'linux.stub.make',
    cause: 'the disk is full',
    errno: 'ENOSPC',
    fail: () => takenIn([refuse('mkdirat', 'ENOSPC')]),
  },
  {
    stage: 'linux.stub.remove',
    cause: 'rmdir() fails',
    errno: 'EBUSY',
    fail: () => takenIn([refuse('unlinkat', 'EBUSY', 2, AT_REMOVEDIR)]),
  },
]

export const HOST_STAGES: StageCase[] = [
  weakProcess(
    { stage: 'linux.scan.open', cause: 'no descriptor is left', errno: 'EMFILE', path: '/tmp' },
    ['limit=NOFILE:100'],
    { call: 'scan', path: '/tmp', free: 0 },
  ),
  weakProcess(
    { stage: 'linux.scan.read', cause: 'no memory', errno: 'ENOMEM', path: '/tmp' },
    [refuse('getdents64', 'ENOMEM')],
    { call: 'scan', path: '/tmp' },
  ),
  thrown({ stage: 'linux.tool.spawn', cause: 'it is missing', errno: 'ENOENT', path: '/no/tool' }, () =>
    linuxBinding().runTool('/no/tool', [], 1000),
  ),
  thrown({ stage: 'linux.tool.spawn', cause: 'it may not be executed', errno: 'EACCES', path: '/etc/passwd' }, () =>
    linuxBinding().runTool('/etc/passwd', [], 1000),
  ),
  weakProcess(
    { stage: 'linux.tool.read', cause: 'fcntl() is refused', errno: 'EPERM', path: '/bin/true' },
    [refuse('fcntl', 'EPERM', 1, F_SETFL)],
    { call: 'tool', path: '/bin/true' },
  ),
  thrown({ stage: 'linux.tool.timeout', cause: 'it does not end', path: '/bin/sleep' }, () =>
    linuxBinding().runTool('/bin/sleep', ['10'], 100),
  ),
]
