/**
 * SIGKILL for the host, the zygote, a supervisor, a runner, a slot or a command, at any moment: nothing is left running,
 * mounted or on disk, and who is still there goes on. The moments are random, from a seed that is printed and may be given:
 * `RINGFENCE_TEST_SEED=7`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, expect, test, vi } from 'vitest'
import { Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { buildCli } from '../support/cli.js'
import {
  killProcess,
  launcherProcesses,
  launchersOfNiceness,
  processesMarked,
  ROLES,
  type Role,
} from '../support/launcher-processes.js'
import { temporaryDirectory } from '../support/sandboxes.js'
import { startToldHost, type ToldHost } from '../support/told-host.js'

const soak = process.env.RINGFENCE_TEST_SOAK === '1'
const VICTIMS = ['host', ...ROLES] as const
/** What nobody else has, so that its processes are known as its own when their parents are gone. */
const NICENESS = 13

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Place {
  work: string
  state: string
}

function makePlace(): Place {
  const top = temporaryDirectory()
  const place = { work: join(top, 'work'), state: join(top, 'state') }
  mkdirSync(place.work)
  return place
}

const leases = ({ state }: Place) => {
  const directory = join(state, 'stubs')
  return existsSync(directory) ? readdirSync(directory).filter((name) => name !== 'lock') : []
}

const mounts = () => readFileSync('/proc/self/mountinfo', 'utf8')

async function expectGone(marker: string): Promise<void> {
  await vi.waitFor(() => expect(processesMarked(marker)).toEqual([]), { timeout: 5000, interval: 5 })
}

/** The host is gone. What comes next in the same place heals what it has left. */
async function expectNothingOf(place: Place, backend: 'namespaces' | 'bubblewrap' | 'landlock'): Promise<void> {
  await vi.waitFor(() => expect(launchersOfNiceness(NICENESS)).toEqual([]), { timeout: 5000, interval: 5 })
  const next = await Sandbox.create({ policy: 'read-only', cwd: '/', backend, stateDirectory: place.state })
  await next.close()
  expect(readdirSync(place.work).filter((name) => name !== 'marks')).toEqual([])
  expect(leases(place)).toEqual([])
}

beforeAll(buildCli, 120_000)

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  const rounds = (soak ? 200 : 40) / (backend === 'namespaces' ? 1 : 4)

  test(`${rounds} rounds`, { timeout: soak ? 900_000 : 120_000 }, async () => {
    const seed = Number(process.env.RINGFENCE_TEST_SEED ?? Date.now() % 1_000_000)
    console.log(`${backend}: RINGFENCE_TEST_SEED=${seed}`)
    const random = randomFrom(seed)
    const mountsBefore = mounts()
    const place = makePlace()
    const start = () => startToldHost({ backend, ...place, niceness: NICENESS })
    let host: ToldHost = await start()
    for (let round = 0; round < rounds; round++) {
      const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] as 'host' | Role
      const after = random() < 0.3 ? 0 : random() * 60
      const marker = `rf-kill-${process.pid}-${backend}-${round}`
      const what = `seed ${seed}, round ${round}: ${victim} after ${after.toFixed(1)} ms`
      await host.tell(`start ${marker}`)
      await delay(after)
      if (victim === 'host') {
        killProcess(host.pid)
        await host.exited
        await expectGone(marker)
        await expectNothingOf(place, backend)
        host = await start()
        continue
      }
      const candidates = launcherProcesses(host.pid)[victim]
      const pid = candidates[Math.floor(random() * candidates.length)]
      if (pid !== undefined) killProcess(pid)
      const finished = await host.tell('finish')
      expect(finished, what).toEqual([0, 1].map(() => ({ exitCode: 0, signal: null })))
      await expectGone(marker)
    }
    expect(host.errors()).toBe('')
    expect(await host.leave()).toBe(0)
    await expectNothingOf(place, backend)
    expect(mounts()).toBe(mountsBefore)
  })
})
