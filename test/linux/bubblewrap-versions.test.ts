/** The backend bubblewrap with every bwrap from 0.4 on: what a version lacks is done without, or refused. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { probe, Sandbox } from '../../lib/index.js'
import { linuxPlan } from '../support/linux.js'
import { temporaryDirectory } from '../support/sandboxes.js'
import {
  attemptsOf,
  CARVED_FENCE,
  carvedPolicyOf,
  listenOnLoopback,
  makeTree,
  parseAttempts,
  UNFENCED,
} from './support/attempts.js'
import { needBackends } from './support/need.js'
import { makeBubblewrap, NEWER_OPTIONS, type OldBubblewrap } from './support/old-bubblewrap.js'

beforeEach((context) => needBackends(context, ['bubblewrap']))

const VERSIONS: Array<{ name: string; old: OldBubblewrap }> = [
  ...NEWER_OPTIONS.map((option) => ({ name: `without ${option}`, old: { without: [option] } })),
  { name: '0.4.0', old: { without: NEWER_OPTIONS, version: '0.4.0' } },
  { name: 'without --unshare-cgroup-try', old: { without: ['--unshare-cgroup-try'] } },
]

async function open(old: OldBubblewrap) {
  const tree = makeTree()
  const executable = makeBubblewrap(temporaryDirectory(), old)
  const options = { cwd: tree.work, stateDirectory: tree.state, bubblewrapPath: executable }
  const sandbox = await Sandbox.create({ ...options, policy: carvedPolicyOf(tree), backend: 'bubblewrap' })
  return { tree, executable, sandbox }
}

describe.each(VERSIONS)('bwrap $name', ({ old }) => {
  test('enforces the whole policy', async () => {
    const { tree, executable, sandbox } = await open(old)
    const script = attemptsOf(tree, await listenOnLoopback())
    const plan = linuxPlan(sandbox.explain().plan)
    expect(plan.bubblewrap?.executable).toBe(executable)
    const { stdout, stderr, exitCode } = await sandbox.exec('bash', ['-c', script])
    expect(parseAttempts(stdout)).toEqual(CARVED_FENCE)
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 7 })
    for (const option of old.without ?? []) expect(plan.bubblewrap?.args).not.toContain(option)
    await expect(sandbox.exec('/no/such/program')).rejects.toMatchObject({ code: 'SANDBOX_PROGRAM_NOT_FOUND' })
    await sandbox.close()

    const free = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
    expect(parseAttempts(free.stdout)).toEqual(UNFENCED)
  })
})

describe('what a version lacks is told once', () => {
  test('in the warnings of every sandbox', async () => {
    const { sandbox, executable } = await open({ without: NEWER_OPTIONS, version: '0.4.0' })
    const warnings = sandbox.warnings.filter((warning) => warning.includes('bwrap'))
    expect(warnings).toEqual([expect.stringContaining(`${executable} (0.4.0) is old: it has no --perms`)])
    await sandbox.close()
  })

  test('and not when it lacks nothing that is of use', async () => {
    const { sandbox } = await open({ without: ['--argv0', '--overlay'] })
    expect(sandbox.warnings.filter((warning) => warning.includes('bwrap'))).toEqual([])
    await sandbox.close()
  })
})

describe('a bwrap that is of no use', () => {
  const refusal = async (old: OldBubblewrap) => {
    const { state } = makeTree()
    const bubblewrapPath = makeBubblewrap(temporaryDirectory(), old)
    const [found] = (await probe({ order: ['bubblewrap'], bubblewrapPath, stateDirectory: state })).backends
    return { found, bubblewrapPath }
  }

  test.each(['0.3.3', '0.1.8', 'nonsense'])('version %s', async (version) => {
    const { found, bubblewrapPath } = await refusal({ version })
    expect(found).toMatchObject({
      available: false,
      stage: 'linux.bubblewrap.version',
      path: bubblewrapPath,
      hint: expect.stringContaining('0.4'),
    })
    expect((await refusal({ version: '0.4.0' })).found).toMatchObject({ available: true })
  })

  test.each(['--seccomp', '--json-status-fd', '--as-pid-1', '--cap-drop', '--unshare-pid', '--unshare-net'])(
    'without %s, which nothing replaces',
    async (option) => {
      const tree = makeTree()
      const bubblewrapPath = makeBubblewrap(temporaryDirectory(), { without: [option] })
      mkdirSync(join(tree.work, 'sub'))
      const options = { policy: carvedPolicyOf(tree), cwd: tree.work, stateDirectory: tree.state, bubblewrapPath }
      await expect(Sandbox.create({ ...options, backend: 'bubblewrap' })).rejects.toMatchObject({
        code: 'SANDBOX_BACKEND_UNAVAILABLE',
        backend: 'bubblewrap',
      })
    },
  )
})
