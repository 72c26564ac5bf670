/** Many commands in one process: nothing grows, and running out of something is an error event. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

const soak = process.env.RINGFENCE_TEST_SOAK === '1'
const SPAWNS = soak ? 10_000 : 500
/** The first ones start threads and fill caches; V8 gives its heap its size within the first thousands. */
const WARM_UP = soak ? 4000 : 100
const AT_ONCE = 8

const count = (directory: string) => readdirSync(directory).length

/** What one process can leave behind. */
function resources() {
  return {
    descriptors: count('/proc/self/fd'),
    threads: count('/proc/self/task'),
    children: readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim(),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length,
  }
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test(`${SPAWNS} commands leave nothing and grow nothing`, { timeout: soak ? 1_800_000 : 120_000 }, async () => {
    const { sandbox, work } = await openWorkspace(backend)
    const run = async (times: number) => {
      for (let done = 0; done < times; done += AT_ONCE) {
        const results = await Promise.all(Array.from({ length: AT_ONCE }, () => sandbox.exec('true')))
        expect(results.every(({ exitCode }) => exitCode === 0)).toBe(true)
      }
    }
    await run(WARM_UP)
    // The launcher's own processes end a moment after those of their commands, and new ones are made ready.
    await delay(500)
    const before = resources()
    const memory = process.memoryUsage().rss
    await run(SPAWNS)
    await delay(500)
    const { descriptors, ...after } = resources()
    // Fewer are there when something of earlier tests was collected meanwhile.
    expect(descriptors).toBeLessThanOrEqual(before.descriptors)
    expect(after).toEqual({ threads: before.threads, children: before.children, mounts: before.mounts })
    expect(readdirSync(work)).toEqual([])
    if (soak) expect(process.memoryUsage().rss - memory).toBeLessThan(10_000_000)
  })
})

test('running out of descriptors is an error of the commands that get none', () => {
  const main = fileURLToPath(new URL('../fixtures/burst-main.mjs', import.meta.url))
  const script = 'ulimit -n 100; exec "$@"'
  const { stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, main, '60'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const { outcomes, leaked, exitCode } = JSON.parse(stdout) as { outcomes: unknown[]; leaked: number; exitCode: number }
  const failures = outcomes.filter((outcome) => outcome !== 0)
  expect(failures.length).toBeGreaterThan(0)
  expect(failures.length).toBeLessThan(outcomes.length)
  for (const failure of failures) {
    expect(failure).toMatchObject({
      code: 'SANDBOX_SETUP_FAILED',
      stage: expect.stringMatching(/^linux\.launch\./),
      errno: constants.errno.EMFILE,
      hint: expect.stringContaining('ulimit -n'),
    })
  }
  expect(leaked).toBeLessThanOrEqual(0)
  expect(exitCode).toBe(0)
})
