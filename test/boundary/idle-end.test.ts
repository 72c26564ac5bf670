/** A program that ends, or ends its workers, while its sandboxes keep runners and slots for commands to come. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { describeIsolations } from '../support/backends.js'
import { buildCli } from '../support/cli.js'
import { launcherProcesses, launchersOfNiceness } from '../support/launcher-processes.js'
import { temporaryDirectory } from '../support/sandboxes.js'

const MAIN = fileURLToPath(new URL('../fixtures/idle-main.mjs', import.meta.url))
/** What nobody else has, so that its processes are known as its own when their parents are gone. */
const NICENESS = 14
const THREADS = 3

async function gone(): Promise<void> {
  await vi.waitFor(() => expect(launchersOfNiceness(NICENESS)).toEqual([]), { timeout: 3000, interval: 5 })
}

beforeAll(buildCli, 120_000)

describeIsolations(['namespaces', 'bubblewrap', 'landlock'], (backend, isolation) => {
  test.each(['exit', 'throw', 'end', 'close', 'terminate'])('by %s', async (way) => {
    const cwd = temporaryDirectory()
    const args = ['-n', `${NICENESS}`, process.execPath, MAIN, backend, isolation, `${THREADS}`, cwd, way]
    const host = spawn('nice', args, { stdio: 'pipe' })
    onTestFinished(() => void host.kill('SIGKILL'))
    const errors = buffer(host.stderr)
    const early = once(host, 'exit').then(async () => Promise.reject(new Error(String(await errors))))
    early.catch(() => {})
    await Promise.race([once(host.stdout, 'data'), early])

    // Control: each thread has a zygote, and a runner with slots where there are runners.
    const threads = way === 'terminate' ? 1 : 1 + THREADS
    const { zygote, runner, slot } = launcherProcesses(host.pid as number)
    expect(zygote.length).toBe(threads)
    const keeps = backend === 'namespaces' && isolation === 'command'
    expect(runner.length).toBe(keeps ? threads : 0)
    expect(slot.length).toBe(keeps ? 2 * threads : 0)

    const start = performance.now()
    host.stdin.end('go\n')
    const [code] = await once(host, 'exit')
    expect(code, String(await errors)).toBe(way === 'throw' ? 1 : 0)
    expect(performance.now() - start).toBeLessThan(4000)
    await gone()
    expect(readdirSync(cwd)).toEqual([])
  })
})
