/**
 * The host program is killed with SIGKILL while commands run: nothing may run on, nothing may stay on the disk
 * (codex #33813, #26463 for directories left behind; langfuse #15955 for processes).
 * Seen failing without: the order to end at the end of the control socket (processes); sweepStubs() (stubs).
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { buildCli, makeScratch, ringfence, startRingfence } from '../support/cli.js'
import { mostProcessesWith, waitUntilGone } from './support/host-processes.js'
import { fixture } from './support/probes.js'

beforeAll(() => buildCli(), 120_000)

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('nothing is left of its commands', async () => {
    const scratch = makeScratch()
    const marker = `ringfence-killed-${process.pid}-${backend}`
    const policy = join(scratch.outside, 'policy.json')
    // Landlock cannot hold protected paths in a writable root.
    const cwd = backend === 'landlock' ? 'read' : 'write'
    writeFileSync(policy, JSON.stringify({ filesystem: { ':root': 'read', ':cwd': cwd } }))
    const options = ['--policy', policy, '--backend', backend, '--cwd', scratch.work]
    // Not from the stdin of the host program, whose end would be a reason to end.
    const script = 'sleep 300 | "$@"'
    const args = ['run', ...options, '--', 'sh', '-c', script, 'sh', fixture('daemons'), '10', marker]
    const { child, result, ended } = startRingfence(args, { cwd: scratch.work })
    while (!result.stdout.includes('ready') && result.code === null && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(result.stderr).toBe('')
    expect(await mostProcessesWith(marker)).toBeGreaterThan(5)
    const stubs = ['.codex', '.mcp.json'].map((name) => join(scratch.work, name))
    for (const stub of stubs) expect(existsSync(stub)).toBe(backend !== 'landlock')
    child.kill('SIGKILL')
    await ended
    expect(await waitUntilGone(marker, 3000)).toBe(0)
    // The next run, of whatever sandbox, heals.
    expect(await ringfence(['run', '--policy', 'read-only', '--', 'true'])).toMatchObject({ code: 0, stderr: '' })
    expect(readdirSync(scratch.work)).toEqual([])
    scratch.remove()
  })
})
