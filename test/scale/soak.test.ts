/** Many commands in one process: nothing of them is left, and nothing grows. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import type { BackendName } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { buildCli } from '../support/cli.js'
import { temporaryDirectory } from '../support/sandboxes.js'

const MAIN = fileURLToPath(new URL('../fixtures/soak-main.mjs', import.meta.url))
const soak = process.env.RINGFENCE_TEST_SOAK === '1'
const COMMANDS = soak ? 10_000 : 500
/** V8 takes some thousand commands until its heap has the size that it keeps. */
const WARM_UP = soak ? 4000 : 400
const MINUTES = 60_000

interface ProcessTree {
  command: string
  below: ProcessTree[]
}

interface Inventory {
  descriptors: number
  threads: number
  processes: ProcessTree[]
  mounts: string
  work: string[]
  temporary: string[]
  leases: string[]
  bytes: { resident: number; heap: number }
}

interface Outcome {
  failures: unknown[]
  /** After some commands, with the sandbox open. */
  before: Inventory
  after: Inventory
  /** With the sandbox closed. */
  closed: Inventory
}

/** What the launcher keeps, without a command that runs: between commands, and after the last. */
const helper = (...below: ProcessTree[]): ProcessTree => ({ command: 'ringfence-helper zygote', below })
const ZYGOTE = [helper()]
const KEPT: Partial<Record<BackendName, ProcessTree[]>> = {
  // Supervisor, runner, and two slots, each with the process of a command to come.
  namespaces: [helper(helper(helper(helper(helper()), helper(helper()))))],
  bubblewrap: ZYGOTE,
}

beforeAll(buildCli, 2 * MINUTES)

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  const timeout = (soak ? 30 : 3) * MINUTES
  test(`${COMMANDS} commands: as much is there as before`, { timeout }, async () => {
    const args = ['--expose-gc', MAIN, backend, `${WARM_UP}`, `${COMMANDS}`, temporaryDirectory()]
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout, maxBuffer: 2 ** 26 })
    const { failures, before, after, closed } = JSON.parse(stdout) as Outcome
    expect(failures).toEqual([])
    const { bytes: bytesBefore, descriptors: descriptorsBefore, ...countedBefore } = before
    const { bytes: bytesAfter, descriptors: descriptorsAfter, ...countedAfter } = after
    expect(countedAfter).toEqual(countedBefore)
    expect(countedAfter.processes).toEqual(KEPT[backend])
    expect(closed.processes).toEqual(ZYGOTE)
    // What watched the paths of the probe's plan is let go of when it has been idle for some time.
    expect(descriptorsAfter).toBeLessThanOrEqual(descriptorsBefore)
    // The placeholders are there until the sandbox is closed: the check can see them.
    expect(before.work).toContain('.vscode')
    expect(closed.work).toEqual([])
    expect(closed.temporary).toEqual([])
    expect(closed.leases).toEqual(['lock'])
    expect(closed.mounts).toBe(before.mounts)
    expect(bytesAfter.resident - bytesBefore.resident).toBeLessThan(10_000_000)
    // Some hundred bytes kept of each command would show here first.
    expect(bytesAfter.heap - bytesBefore.heap).toBeLessThan(1_000_000)
  })
})
