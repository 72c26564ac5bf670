/** Limits of the policy: how putting them into force can fail. */
import type { NativeLimit } from '../../../lib/native/binding-types.js'
import { LANDLOCK_EVERYTHING } from './command-stages.js'
import type { Launch } from './native-launch.js'
import { type StageCase, weakLauncher } from './stage-case.js'
import { refuse } from './weaken.js'

/** setrlimit(2) */
const RLIMIT_FSIZE = 1

const needs = 'namespaces'

function limited(limit: NativeLimit, { plan = {} }: Launch = {}): Launch {
  return { plan: { ...plan, limits: [limit] } }
}

/** The view keeps the host's /proc, so that it can be built where a new one cannot be mounted. */
const PROCESSES = limited(
  { kind: 'processes', mechanism: 'pid-max', value: 64 },
  {
    plan: {
      mounts: [{ op: 'readonly-root' }, { op: 'proc', source: 'host', readonlyControls: false }, { op: 'dev' }],
    },
  },
)

export const LIMIT_STAGES: StageCase[] = [
  weakLauncher(
    {
      stage: 'linux.limit.last-pid',
      cause: '/proc/sys is read-only',
      errno: 'EROFS',
      path: '/proc/sys/kernel/ns_last_pid',
      needs,
    },
    ['own-mounts', 'mask=/proc/sys'],
    PROCESSES,
  ),
  weakLauncher(
    {
      stage: 'linux.limit.pid-max',
      cause: 'the number is refused',
      errno: 'EINVAL',
      path: '/proc/sys/kernel/pid_max',
      needs,
    },
    [refuse('write', 'EINVAL', 2, '10300'.length)],
    limited({ kind: 'processes', mechanism: 'pid-max', value: 10_000 }),
  ),
  weakLauncher(
    { stage: 'linux.limit.set', cause: 'prlimit() is refused', errno: 'EPERM', needs },
    [refuse('prlimit64', 'EPERM', 1, RLIMIT_FSIZE)],
    limited({ kind: 'fileSizeBytes', mechanism: 'rlimit', value: 1_000_000 }),
  ),
  weakLauncher(
    {
      stage: 'linux.limit.watch',
      cause: 'there is no /proc',
      errno: 'ENOENT',
      path: '/proc/self/stat',
      needs: 'landlock',
    },
    ['own-mounts', 'cover=/proc'],
    limited({ kind: 'cpuSeconds', mechanism: 'watchdog', value: 10 }, LANDLOCK_EVERYTHING),
  ),
]
