/** What becomes of the limits of a policy: by which mechanism each holds on a backend, and how exactly. Pure. */
import type { LimitsPolicy, ResolvedPolicy } from '../policy/types.js'
import { ladderOf } from './backends.js'
import { jobMeans } from './job-limits.js'
import type {
  LimitKind,
  LimitMeans,
  LimitMechanism,
  LinuxBackendName,
  LinuxFacts,
  PlannedLimit,
  UnenforceableRule,
} from './types.js'

export interface LimitPlan {
  limits: PlannedLimit[]
  unenforceable: UnenforceableRule[]
}

type Means = Omit<PlannedLimit, 'kind' | 'value'>

export function planLimits(backend: LinuxBackendName, policy: ResolvedPolicy, facts: LinuxFacts): LimitPlan {
  const others = (ladderOf('linux') as LinuxBackendName[]).filter((other) => other !== backend)
  return planned(
    policy,
    (kind) => meansFor(kind, backend, policy, facts),
    (kind) => others.filter((other) => 'means' in meansFor(kind, other, policy, facts)),
  )
}

/** Of the backend restricted-token, which has no other beside it. */
export function planJobLimits(policy: ResolvedPolicy): LimitPlan {
  return planned(policy, jobMeans, () => [])
}

function planned(
  policy: ResolvedPolicy,
  enforce: (kind: LimitKind) => LimitMeans,
  enforcedBy: (kind: LimitKind) => LinuxBackendName[],
): LimitPlan {
  const plan: LimitPlan = { limits: [], unenforceable: [] }
  for (const [kind, value] of givenLimits(policy.limits)) {
    const enforced = enforce(kind)
    if ('means' in enforced) plan.limits.push({ kind, value, ...enforced.means })
    else plan.unenforceable.push({ rule: `limits.${kind}`, reason: enforced.reason, enforcedBy: enforcedBy(kind) })
  }
  return plan
}

/** In the order of this list, whatever the policy's own. */
const LIMIT_KINDS: readonly LimitKind[] = [
  'memoryBytes',
  'processes',
  'cpuSeconds',
  'wallMs',
  'openFiles',
  'fileSizeBytes',
  'outputBytes',
]

function givenLimits(limits: LimitsPolicy): Array<[LimitKind, number]> {
  return LIMIT_KINDS.flatMap((kind) => {
    const value = limits[kind]
    return value === undefined ? [] : [[kind, value]]
  })
}

function meansFor(kind: LimitKind, backend: LinuxBackendName, policy: ResolvedPolicy, facts: LinuxFacts): LimitMeans {
  switch (kind) {
    case 'memoryBytes':
      return { means: memoryMeans(backend, policy) }
    case 'processes':
      return processMeans(backend, facts)
    default:
      return { means: MEANS[kind] }
  }
}

const LOOKS = 'looked at every 50 ms, from half of the limit on every 10 ms'

/** Of limits that are the same everywhere. */
const MEANS: Readonly<Record<Exclude<LimitKind, 'memoryBytes' | 'processes'>, Means>> = {
  cpuSeconds: {
    mechanism: 'watchdog',
    exact: false,
    by: 'the sum over all processes, RLIMIT_CPU of each',
    note: `${LOOKS}; what a process that nobody waits for has used after the last look is missing`,
  },
  wallMs: {
    mechanism: 'host',
    exact: false,
    by: 'a timer of the host program',
    note: 'SIGTERM, and SIGKILL for everything five seconds later',
  },
  openFiles: {
    mechanism: 'rlimit',
    exact: true,
    by: 'RLIMIT_NOFILE',
    note: 'of each process; opening one more fails with EMFILE, which no result tells',
  },
  fileSizeBytes: {
    mechanism: 'rlimit',
    exact: true,
    by: 'RLIMIT_FSIZE',
    note: 'of each file; writing past it ends the process with SIGXFSZ, or fails with EFBIG where it ignores that',
  },
  outputBytes: {
    mechanism: 'host',
    exact: true,
    by: 'counting by the host program',
    note: 'nothing past it is passed on; how much the command had written by its end is open',
  },
}

function memoryMeans(backend: LinuxBackendName, policy: ResolvedPolicy): Means {
  const notCounted = ['shared memory that no process has mapped or open', 'buffers of sockets and pipes']
  if (backend === 'landlock') notCounted.push("shared memory files, which are the host's")
  if (policy.nested) notCounted.push('file systems that the command mounts')
  return {
    mechanism: 'watchdog',
    exact: false,
    by: 'the sum over all processes, RLIMIT_DATA of each (1 GiB above it)',
    note: `memory in use, without copies of files, ${LOOKS}; not counted: ${notCounted.join(', ')}`,
  }
}

function processMeans(backend: LinuxBackendName, facts: LinuxFacts): LimitMeans {
  if (backend === 'landlock') {
    return { reason: 'without a pid namespace every process of the user would count' }
  }
  // Where a new /proc cannot be mounted, there is none in which the number could be set.
  if (backend === 'namespaces' && facts.limitsPidNamespaces && facts.mountsProc) {
    return { means: countedBy('pid-max', 'kernel.pid_max of the pid namespace') }
  }
  if (facts.uid === 0) {
    const reason = 'RLIMIT_NPROC does not hold for root'
    return {
      reason:
        backend === 'namespaces' ? `${reason}, and pid_max of a namespace needs Linux 6.14 and a new /proc` : reason,
    }
  }
  return { means: countedBy('rlimit', 'RLIMIT_NPROC in a user namespace of the command') }
}

function countedBy(mechanism: LimitMechanism, by: string): Means {
  return {
    mechanism,
    exact: true,
    by,
    note: 'with threads; one more fails with EAGAIN; what is reached for less than 10 ms may not be told',
  }
}
