/**
 * The ladder of backends, each rung reached by taking away what the rungs above need. What arises on such machines:
 * container engines' filters and masked /proc (moby profiles/seccomp, oci/defaults.go), sysctls of
 * namespaces(7), chroot(2), and old kernels.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BACKENDS, type BackendName } from '../../lib/index.js'
import { buildCli } from '../support/cli.js'
import {
  attemptsOf,
  CARVED_FENCE,
  carvedPolicyOf,
  listenOnLoopback,
  makeTree,
  PLAIN_FENCE,
  parseAttempts,
  plainPolicyOf,
  UNFENCED,
} from './support/attempts.js'
import { onMachine, type Ringfence } from './support/machine.js'
import { needBackends, rungsDownTo } from './support/need.js'
import { run, runIn } from './support/run.js'
import { MACHINES } from './support/weaken.js'

const { EOPNOTSUPP, ENOSPC, ENOSYS, EPERM } = constants.errno

const isRoot = process.getuid?.() === 0

interface Reason {
  stage: string
  syscall?: string
  errno?: number
  path?: string
  hint: string
}

interface Rung {
  machine: string
  changes: readonly string[]
  /** What `auto` takes. */
  takes: BackendName
  /** Why each backend above it cannot start. */
  reasons: Partial<Record<BackendName, Reason>>
  mountsProc?: boolean
}

const FILTERED = 'a seccomp filter around this process refuses namespaces'

function clone(errno: number, hint: string): Reason {
  return { stage: 'linux.namespace.clone', syscall: 'clone3', errno, hint }
}

function bubblewrap(step: 'namespaces' | 'setup', hint: string): Reason {
  return { stage: `linux.bubblewrap.${step}`, hint }
}

function oldMountApi(): Reason {
  return {
    stage: 'linux.mount.attributes',
    syscall: 'mount_setattr',
    errno: ENOSYS,
    path: '/',
    hint: 'this kernel lacks the mount API of Linux 5.12',
  }
}

const OWN_MESSAGE = 'bwrap could not set up its sandbox'

const RUNGS: Rung[] = [
  { machine: 'this one', changes: [], takes: 'namespaces', reasons: {} },
  { machine: 'clone3() is unknown', changes: MACHINES.withoutClone3, takes: 'namespaces', reasons: {} },
  { machine: 'no Landlock', changes: MACHINES.withoutLandlock, takes: 'namespaces', reasons: {} },
  {
    machine: 'a part of /proc is masked',
    changes: MACHINES.maskedProc,
    takes: 'namespaces',
    reasons: {},
    mountsProc: false,
  },
  {
    machine: 'memory files cannot be executed',
    changes: MACHINES.withoutExecutableMemfd,
    takes: 'namespaces',
    reasons: {},
  },
  {
    machine: 'no mount API',
    changes: MACHINES.withoutMountApi,
    takes: 'bubblewrap',
    reasons: { namespaces: oldMountApi() },
  },
  {
    machine: 'no mount_setattr()',
    changes: MACHINES.withoutMountSetattr,
    takes: 'bubblewrap',
    reasons: { namespaces: oldMountApi() },
  },
  {
    machine: 'no user namespaces',
    changes: MACHINES.withoutUserNamespaces,
    // bwrap needs none where root has all rights anyway.
    takes: isRoot ? 'bubblewrap' : 'landlock',
    reasons: {
      namespaces: clone(ENOSPC, 'namespaces are turned off by sysctl'),
      ...(!isRoot && { bubblewrap: bubblewrap('namespaces', 'namespaces are turned off by sysctl') }),
    },
  },
  {
    machine: 'Docker',
    changes: MACHINES.docker,
    takes: 'landlock',
    reasons: { namespaces: clone(EPERM, FILTERED), bubblewrap: bubblewrap('namespaces', FILTERED) },
  },
  {
    machine: 'Docker, by a filter that answers ENOSYS',
    changes: MACHINES.dockerWithoutCalls,
    takes: 'landlock',
    reasons: { namespaces: clone(ENOSYS, FILTERED), bubblewrap: bubblewrap('namespaces', FILTERED) },
  },
]

beforeAll(buildCli)

describe.each(RUNGS)('$machine', ({ changes, takes, reasons, mountsProc = true }) => {
  beforeEach((context) => needBackends(context, rungsDownTo(takes)))

  test(`auto takes ${takes}, and it enforces the policy`, async () => {
    const tree = makeTree()
    const port = await listenOnLoopback()
    const script = attemptsOf(tree, port)
    const policy = takes === 'landlock' ? plainPolicyOf(tree) : carvedPolicyOf(tree)
    const ran = await onMachine({ changes }, run, runIn(tree, policy, script))
    expect(ran.backend).toBe(takes)
    expect(parseAttempts(ran.stdout)).toEqual(takes === 'landlock' ? PLAIN_FENCE : CARVED_FENCE)
    expect(ran.exitCode).toBe(7)
    const levels = Object.values(ran.enforcement).map(({ level }) => level)
    expect(new Set(levels)).toEqual(new Set(takes === 'landlock' ? ['full', 'off'] : ['full']))

    const free = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
    expect(parseAttempts(free.stdout)).toEqual(UNFENCED)
  })

  test('why the backends above it cannot start', async () => {
    const tree = makeTree()
    const { probes } = await onMachine({ changes }, run, runIn(tree, plainPolicyOf(tree), 'true'))
    expect(probes.map(({ backend }) => backend)).toEqual([...Object.keys(reasons), takes])
    for (const { backend, details, available, message, ...reason } of probes) {
      expect(available).toBe(backend === takes)
      const expected = reasons[backend]
      if (expected === undefined) {
        expect(reason).toEqual({})
        expect(details).toMatchObject({ mountsProc })
      } else {
        expect(reason).toEqual({ ...expected, hint: expect.stringContaining(expected.hint) })
        expect(message).toContain(expected.stage)
      }
    }
  })
})

describe('chroot', () => {
  beforeEach((context) => needBackends(context, BACKENDS))

  test('auto takes landlock: the kernel makes no user namespaces there', async () => {
    const tree = makeTree()
    const root = join(tree.state, '../root')
    mkdirSync(root)
    const script = attemptsOf(tree, await listenOnLoopback())
    const changes = ['own-mounts', `chroot=${root}`]
    const ran = await onMachine({ changes }, run, runIn(tree, plainPolicyOf(tree), script))
    expect(parseAttempts(ran.stdout)).toEqual(PLAIN_FENCE)
    expect(ran.probes).toMatchObject([
      clone(EPERM, expect.stringContaining('chroot') as unknown as string),
      // pivot_root(2) needs a root that is a mount point.
      bubblewrap(isRoot ? 'setup' : 'namespaces', expect.stringContaining(OWN_MESSAGE) as unknown as string),
      { backend: 'landlock', available: true },
    ])
  })
})

describe('probe', () => {
  beforeEach((context) => needBackends(context, BACKENDS))

  const probe = async ({ probe }: Ringfence, stateDirectory: string) => probe({ stateDirectory })

  test.each([
    ['no Landlock', MACHINES.withoutLandlock, ENOSYS, 'it came with Linux 5.13'],
    ['Landlock disabled at boot', MACHINES.landlockDisabled, EOPNOTSUPP, 'lsm='],
  ])('%s: why', async (_, changes, errno, hint) => {
    const { backends, machine } = await onMachine({ changes }, probe, makeTree().state)
    expect(machine).toMatchObject({ landlockAbi: 0 })
    expect(backends).toMatchObject([{ available: true }, { available: true }, { available: false }])
    expect(backends[2]).toMatchObject({
      backend: 'landlock',
      stage: 'linux.landlock.create-ruleset',
      syscall: 'landlock_create_ruleset',
      errno,
      hint: expect.stringContaining(hint),
    })
  })

  test('memory files cannot be executed: the launcher is, from its file', async () => {
    const changes = MACHINES.withoutExecutableMemfd
    const weak = await onMachine({ changes }, probe, makeTree().state)
    expect(weak.machine).toMatchObject({ helperSource: 'file' })
    expect(weak.backends.map(({ available }) => available)).toEqual([true, true, true])
    const strong = await onMachine({}, probe, makeTree().state)
    expect(strong.machine).toMatchObject({ helperSource: 'memfd' })
  })

  test('inside of 16 Landlock sandboxes: nothing mounts, and there is no 17th', async () => {
    const { backends } = await onMachine({ changes: ['landlock=16'] }, probe, makeTree().state)
    expect(backends).toMatchObject([
      { available: false, stage: expect.stringMatching(/^linux\.mount\./), errno: EPERM },
      { available: false, stage: 'linux.bubblewrap.setup' },
      { available: false, stage: 'linux.landlock.restrict-self', errno: constants.errno.E2BIG },
    ])
  })
})
