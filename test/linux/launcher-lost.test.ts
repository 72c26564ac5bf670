/** The launcher is killed from outside, as the kernel does when memory runs out: an error, and nothing is left. */
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { type BackendName, Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { buildCli } from '../support/cli.js'
import { linuxBinding } from '../support/linux.js'
import { temporaryDirectory } from '../support/sandboxes.js'
import { makeTree, plainPolicyOf } from './support/attempts.js'
import { callNative, crowded } from './support/crowded-process.js'
import { errorOnMachine, onMachine } from './support/machine.js'
import { LAUNCHER, ORIGIN, planOf, requestOf } from './support/native-launch.js'
import { makeBubblewrap } from './support/old-bubblewrap.js'
import { refuse, weakenedLauncher } from './support/weaken.js'

async function open(backend: BackendName, bubblewrapPath?: string) {
  const tree = makeTree()
  const policy = plainPolicyOf(tree)
  const options = { policy, cwd: tree.work, stateDirectory: tree.state, backend }
  const sandbox = await Sandbox.create({ ...options, ...(bubblewrapPath !== undefined && { bubblewrapPath }) })
  const marker = join(tree.work, 'marker')
  return { sandbox, marker, script: `echo x > ${marker}; sleep 30` }
}

/** For a process that has the descriptors 60 to 99 left: its control socket gets the eighth of them. */
const CROWDED = ['limit=NOFILE:100']
const NO_WATCH = refuse('epoll_ctl', 'ENOSPC', 2, 67)

/** Of the launcher's own process: not its children's, which may outlive it. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\t[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('before it has said anything: the command does not run', async () => {
    const { sandbox, marker } = await open(backend)
    const script = `echo x > ${marker}`
    const binding = linuxBinding()
    binding.loadHelper(weakenedLauncher(temporaryDirectory(), ['raise=9'], LAUNCHER))
    onTestFinished(() => binding.loadHelper(LAUNCHER))
    await expect(sandbox.exec('sh', ['-c', script])).rejects.toMatchObject({
      code: 'SANDBOX_HELPER_FAILED',
      stage: 'linux.helper.lost',
      backend,
    })
    expect(existsSync(marker)).toBe(false)

    binding.loadHelper(LAUNCHER)
    expect(await sandbox.exec('sh', ['-c', script])).toMatchObject({ exitCode: 0 })
    expect(existsSync(marker)).toBe(true)
    await sandbox.close()
  })

  test('while the command runs: everything of it is gone', async () => {
    const { sandbox, marker, script } = await open(backend)
    const child = sandbox.spawn('sh', ['-c', script])
    await vi.waitFor(() => expect(existsSync(marker)).toBe(true))
    const launcher = child.pid ?? 0
    expect(isRunning(launcher)).toBe(true)
    process.kill(launcher, 'SIGKILL')
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL'])
    expect(isRunning(launcher)).toBe(false)
    await sandbox.close()
  })
})

describeBackends(['bubblewrap'], () => {
  /** Kills the launcher `times` times before it has come to the command. */
  async function killEarly(times: number) {
    const directory = temporaryDirectory()
    const trigger = join(directory, 'slow')
    const path = makeBubblewrap(directory, {
      before: `if [ -e ${trigger} ]; then touch ${trigger}.begun.$$; sleep 1; fi`,
    })
    const { sandbox, marker } = await open('bubblewrap', path)
    writeFileSync(trigger, '')
    const child = sandbox.spawn('sh', ['-c', `echo x >> ${marker}`])
    const failed = new Promise((resolve) => child.once('error', resolve))
    const closed = new Promise((resolve) => child.once('close', (...how) => resolve(how)))
    for (let killed = 0; killed < times; killed++) {
      const begun = () => readdirSync(directory).filter((name) => name.startsWith('slow.begun')).length
      await vi.waitFor(() => expect(begun()).toBe(killed + 1), 10_000)
      process.kill(child.pid ?? 0, 'SIGKILL')
    }
    return { sandbox, marker, failed, closed }
  }

  test('once, before the command could run: the same request is sent again, and runs once', async () => {
    const { sandbox, marker, closed } = await killEarly(1)
    expect(await closed).toEqual([0, null])
    await setTimeout(1500)
    expect(readFileSync(marker, 'utf8')).toBe('x\n')
    await sandbox.close()
  })

  test('twice, before the command could run: it does not run', async () => {
    const { sandbox, marker, failed, closed } = await killEarly(2)
    const lost = { code: 'SANDBOX_HELPER_FAILED', stage: 'linux.helper.lost' }
    expect(await failed).toMatchObject({ ...lost, cause: lost })
    await closed
    await setTimeout(1500)
    expect(existsSync(marker)).toBe(false)
    await sandbox.close()
  })
})

describeBackends(['namespaces'], () => {
  beforeAll(buildCli)

  test('nothing can be heard of it: the command does not run', async () => {
    const path = temporaryDirectory()
    const marker = join(path, 'marker')
    const { mounts, ...plan } = planOf()
    const touching = crowded({
      call: 'spawn',
      plan: { ...plan, mounts: [...mounts, { op: 'bind', path, access: 'write', type: 'directory', origin: ORIGIN }] },
      request: requestOf({ argv: ['touch', marker], file: '/usr/bin/touch', stdio: [0, 0, 0] }),
      free: 40,
      stay: 1000,
    })
    const failure = await errorOnMachine({ changes: [...CROWDED, NO_WATCH] }, callNative, touching)
    expect(failure).toMatchObject({ stage: 'linux.launch.watch', errno: constants.errno.ENOSPC })
    expect(existsSync(marker)).toBe(false)

    expect(await onMachine({ changes: CROWDED }, callNative, touching)).toBe('nothing failed')
    expect(existsSync(marker)).toBe(true)
  })
})
