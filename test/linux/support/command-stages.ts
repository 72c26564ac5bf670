/** From the first process of the sandbox to the command: how each step can fail. */
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Sandbox } from '../../../lib/index.js'
import type { LinuxNativePlan } from '../../../lib/native/binding-types.js'
import type { LandlockRule } from '../../../lib/plan/types.js'
import { linuxPlan } from '../../support/linux.js'
import { temporaryDirectory } from '../../support/sandboxes.js'
import { type Launch, launch } from './native-launch.js'
import { makeBubblewrap, realBubblewrap } from './old-bubblewrap.js'
import { misfit, type StageCase, thrown, weakLauncher } from './stage-case.js'
import { refuse, weakenProgram } from './weaken.js'

/** prctl(2) */
const PR_SET_PDEATHSIG = 1
const PR_SET_DUMPABLE = 4
const PR_CAPBSET_DROP = 24
const PR_SET_SECUREBITS = 28
const PR_SET_NO_NEW_PRIVS = 38
const PR_CAP_AMBIENT = 47

/** clone(2): CLONE_VM | CLONE_FILES | CLONE_CHILD_CLEARTID | SIGCHLD */
const COMMAND_CLONE = 0x20_0511

const needs = 'namespaces'

function refusePrctl(stage: string, operation: number): StageCase {
  return weakLauncher({ stage, cause: 'prctl() is refused', errno: 'EPERM', needs }, [
    refuse('prctl', 'EPERM', 0, operation),
  ])
}

export const INIT_STAGES: StageCase[] = [
  refusePrctl('linux.init.death-signal', PR_SET_PDEATHSIG),
  refusePrctl('linux.init.dumpable', PR_SET_DUMPABLE),
  weakLauncher({ stage: 'linux.init.clone', cause: 'too many processes', errno: 'EAGAIN', needs }, [
    refuse('clone', 'EAGAIN', 0, COMMAND_CLONE),
  ]),
  refusePrctl('linux.capability.bounding', PR_CAPBSET_DROP),
  refusePrctl('linux.capability.securebits', PR_SET_SECUREBITS),
  refusePrctl('linux.capability.ambient', PR_CAP_AMBIENT),
  weakLauncher({ stage: 'linux.capability.drop', cause: 'capset() is refused', errno: 'EPERM', needs }, [
    refuse('capset', 'EPERM'),
  ]),
  refusePrctl('linux.no-new-privs', PR_SET_NO_NEW_PRIVS),
  weakLauncher(
    {
      stage: 'linux.seccomp.install',
      cause: 'filters leave no room for another',
      errno: 'ENOMEM',
      needs,
    },
    ['filters=7:4096', 'filters=1:4000'],
  ),
  weakLauncher({ stage: 'linux.seccomp.install', cause: 'a kernel without filters', errno: 'ENOSYS', needs }, [
    refuse('seccomp', 'ENOSYS'),
  ]),
]

const EXECUTE = 1 << 0
const READ_FILE = 1 << 2
const READ_DIRECTORY = 1 << 3
const MAKE_SOCKET = 1 << 9

function landlock(...rules: LandlockRule[]): Launch {
  const everything = EXECUTE | READ_FILE | READ_DIRECTORY
  const plan: Partial<LinuxNativePlan> = {
    mode: 'landlock',
    namespaces: [],
    idMap: 'none',
    loopback: false,
    mounts: [],
    landlock: {
      abi: 1,
      handledFs: everything,
      handledNet: 0,
      scoped: 0,
      rules: [{ path: '/', access: everything }, ...rules],
    },
    seccomp: { nested: false, sockets: 'none', unixSockets: 'pairs' },
  }
  return { plan }
}

/** Everything can be read and executed. */
export const LANDLOCK_EVERYTHING: Launch = landlock()

export const LANDLOCK_STAGES: StageCase[] = [
  weakLauncher(
    { stage: 'linux.landlock.create-ruleset', cause: 'Linux before 5.13', errno: 'ENOSYS', needs: 'landlock' },
    [refuse('landlock_create_ruleset', 'ENOSYS')],
    landlock(),
  ),
  misfit(
    {
      stage: 'linux.landlock.open',
      cause: 'a path that is missing',
      errno: 'ENOENT',
      path: '/no/such/path',
      needs: 'landlock',
    },
    landlock({ path: '/no/such/path', access: READ_FILE }),
    landlock({ path: '/no/such/path', access: READ_FILE, optional: true }),
  ),
  misfit(
    {
      stage: 'linux.landlock.add-rule',
      cause: 'a right that is not handled',
      errno: 'EINVAL',
      path: '/tmp',
      needs: 'landlock',
    },
    landlock({ path: '/tmp', access: MAKE_SOCKET }),
    landlock({ path: '/tmp', access: READ_FILE }),
  ),
  weakLauncher(
    {
      stage: 'linux.landlock.restrict-self',
      cause: 'inside of 16 Landlock sandboxes',
      errno: 'E2BIG',
      needs: 'landlock',
    },
    ['landlock=16'],
    landlock(),
  ),
]

function inDirectory(prepare: (directory: string) => string | undefined): string {
  const directory = temporaryDirectory()
  const name = prepare(directory)
  return name === undefined ? directory : join(directory, name)
}

/** Executes what `prepare` makes and names. */
function executing(
  cause: string,
  errno: StageCase['errno'],
  code: string,
  prepare: (directory: string) => string,
): StageCase {
  const fail = () => {
    const file = inDirectory(prepare)
    return launch({ request: { file, argv: [file] } })
  }
  return { stage: 'posix.exec', cause, ...(errno !== undefined && { errno }), code, needs, fail }
}

/** Starts in what `prepare` makes and names. */
function startingIn(
  cause: string,
  errno: StageCase['errno'],
  prepare: (directory: string) => string | undefined,
): StageCase {
  const fail = () => launch({ request: { cwd: inDirectory(prepare) } })
  return { stage: 'linux.command.chdir', cause, ...(errno !== undefined && { errno }), needs, fail }
}

function file(directory: string, content: string, mode: number): string {
  writeFileSync(join(directory, 'program'), content)
  chmodSync(join(directory, 'program'), mode)
  return 'program'
}

function link(directory: string): string {
  symlinkSync('loop', join(directory, 'loop'))
  return 'loop'
}

export const EXEC_STAGES: StageCase[] = [
  executing('it is missing', 'ENOENT', 'SANDBOX_PROGRAM_NOT_FOUND', () => 'missing'),
  executing('its interpreter is missing', 'ENOENT', 'SANDBOX_PROGRAM_NOT_FOUND', (directory) =>
    file(directory, '#!/no/such', 0o755),
  ),
  executing('it may not be executed', 'EACCES', 'SANDBOX_PERMISSION_DENIED', (directory) =>
    file(directory, '#!/bin/sh\n', 0o644),
  ),
  executing('it is no program', 'ENOEXEC', 'SANDBOX_EXEC_FAILED', (directory) => file(directory, 'noise', 0o755)),
  executing('it is a loop of links', 'ELOOP', 'SANDBOX_EXEC_FAILED', link),
  executing('its name is too long', 'ENAMETOOLONG', 'SANDBOX_EXEC_FAILED', () => 'x'.repeat(256)),
  executing(
    'it is below a file',
    'ENOTDIR',
    'SANDBOX_EXEC_FAILED',
    (directory) => `${file(directory, '', 0o755)}/below`,
  ),
  misfit(
    { stage: 'posix.exec', cause: 'an argument that is too long', errno: 'E2BIG', code: 'SANDBOX_EXEC_FAILED', needs },
    { request: { argv: ['true', 'x'.repeat(200_000)] } },
  ),
  misfit(
    {
      stage: 'posix.exec',
      cause: 'a file system without programs',
      errno: 'EACCES',
      path: '/proc/version',
      code: 'SANDBOX_PERMISSION_DENIED',
      needs,
    },
    { request: { file: '/proc/version' } },
  ),
  startingIn('it is missing', 'ENOENT', () => 'missing'),
  startingIn('it was removed', 'ENOENT', (directory) => {
    rmSync(directory, { recursive: true })
    return undefined
  }),
  startingIn('it is a file', 'ENOTDIR', (directory) => file(directory, '', 0o755)),
  startingIn('it is a loop of links', 'ELOOP', link),
  startingIn('its name is too long', 'ENAMETOOLONG', () => 'x'.repeat(256)),
]

/** The backend as it is planned, with another bwrap. */
async function withBubblewrap(make: (directory: string) => string) {
  const work = temporaryDirectory()
  const [directory, stateDirectory] = [temporaryDirectory(), temporaryDirectory()]
  const good = await Sandbox.create({ policy: 'read-only', cwd: work, backend: 'bubblewrap', stateDirectory })
  const { args } = linuxPlan(good.explain().plan).bubblewrap ?? { args: [] }
  await good.close()
  const bubblewrap = { executable: make(directory), args }
  return launch({
    plan: { mode: 'bubblewrap', namespaces: [], idMap: 'none', loopback: false, mounts: [], bubblewrap },
  })
}

function bubblewrapCase(expected: Omit<StageCase, 'fail'>, make: (directory: string) => string): StageCase {
  const control = () => withBubblewrap(realBubblewrap)
  return { needs: 'bubblewrap', ...expected, fail: () => withBubblewrap(make), control }
}

/** A bwrap that runs on a weaker machine than the launcher. */
function weakBubblewrap(directory: string, changes: readonly string[]): string {
  const path = join(directory, 'weak-bwrap')
  const words = changes.map((change) => `'${change}'`).join(' ')
  writeFileSync(path, `#!/bin/sh\nexec ${weakenProgram()} ${words} -- ${realBubblewrap()} "$@"\n`, { mode: 0o755 })
  return path
}

export const BUBBLEWRAP_STAGES: StageCase[] = [
  bubblewrapCase(
    { stage: 'linux.bubblewrap.exec', cause: 'it is missing', errno: 'ENOENT', path: '/no/bwrap' },
    () => '/no/bwrap',
  ),
  bubblewrapCase({ stage: 'linux.bubblewrap.exec', cause: 'it is no program', errno: 'ENOEXEC' }, (directory) =>
    join(directory, file(directory, 'noise', 0o755)),
  ),
  bubblewrapCase({ stage: 'linux.bubblewrap.namespaces', cause: 'it ends at once' }, () => '/bin/false'),
  bubblewrapCase({ stage: 'linux.bubblewrap.setup', cause: 'it cannot mount' }, (directory) =>
    weakBubblewrap(directory, [refuse('mount', 'EPERM')]),
  ),
  bubblewrapCase({ stage: 'linux.bubblewrap.setup', cause: 'it says so after it has made namespaces' }, (directory) =>
    makeBubblewrap(directory, { before: 'echo "{ \\"child-pid\\": 1 }" >/proc/self/fd/$status; exit 1' }),
  ),
  {
    stage: 'linux.bubblewrap.seccomp',
    cause: 'a limit on the size of files',
    errno: 'EIO',
    fail: () =>
      launch({
        plan: {
          mode: 'bubblewrap',
          namespaces: [],
          idMap: 'none',
          loopback: false,
          mounts: [],
          bubblewrap: { executable: '/bin/false', args: [] },
        },
        changes: ['limit=FSIZE:64'],
      }),
  },
  bubblewrapCase({ stage: 'linux.command.setsid', cause: 'setsid() is refused', errno: 'EPERM' }, (directory) =>
    weakBubblewrap(directory, [refuse('setsid', 'EPERM')]),
  ),
  thrown(
    {
      stage: 'linux.watch.lost',
      cause: 'a protected directory is replaced',
      code: 'SANDBOX_PROTECTION_LOST',
      needs: 'bubblewrap',
    },
    async () => {
      const work = temporaryDirectory()
      const docs = join(work, 'docs')
      mkdirSync(docs)
      await using sandbox = await Sandbox.create({
        policy: { filesystem: { ':root': 'read', [work]: 'write', [docs]: 'read' } },
        cwd: work,
        backend: 'bubblewrap',
        stateDirectory: temporaryDirectory(),
      })
      const running = sandbox.exec('sh', ['-c', 'echo started > here; sleep 10'])
      const replace = setInterval(() => {
        rmSync(docs, { recursive: true })
        mkdirSync(docs)
      }, 200)
      await running.finally(() => clearInterval(replace))
    },
  ),
]
