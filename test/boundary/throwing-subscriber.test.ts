/** A subscriber of a diagnostics channel that throws: Node makes it an uncaught exception, and the command knows nothing of it. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { buildCli } from '../support/cli.js'
import { temporaryDirectory } from '../support/sandboxes.js'

const MAIN = fileURLToPath(new URL('../fixtures/throwing-subscriber-main.mjs', import.meta.url))

beforeAll(buildCli, 120_000)

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('commands run as without it', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, backend, temporaryDirectory()])
    const { uncaught, ...outcome } = JSON.parse(stdout)
    expect(outcome).toEqual({ exitCode: 0, stdout: 'done\n', failed: 'SANDBOX_PROGRAM_NOT_FOUND' })
    const ran = ['launch', 'spawn', 'exit', 'close']
    const failed = ['launch', 'error', 'close']
    const own = uncaught.filter((name: string) => name !== 'ringfence:warning')
    expect(own).toEqual([...ran, ...failed].map((name) => `ringfence:${name}`))
  })
})
