/** A host with thousands of mounts, as container hosts and snap systems have them: all of them are as the policy says. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { buildCli } from '../support/cli.js'
import { temporaryDirectory } from '../support/sandboxes.js'
import { inOwnMounts, needOwnMounts } from './support/own-mounts.js'

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))

/** In the workspace, and as many outside of it. */
const MOUNTS = 1000

interface Outcome {
  /** Of the host. */
  mounts: number
  unchanged: boolean
  exitCode: number
  /** For a command that does nothing. */
  milliseconds: number
  /** `r`, `w`, `rw` or nothing, for each mount in the workspace, then for each outside. */
  verdicts: string[]
  stderr: string
}

/** A tmpfs is empty: the command makes the file. mount-many.py says which mounts are what. */
const kindOf = (number: number) => (number % 5 === 0 ? 'tmpfs' : number % 7 === 0 ? 'read-only' : 'bind')
const IN_WORK = { tmpfs: 'w', 'read-only': 'r', bind: 'rw' }
const OUTSIDE = { tmpfs: '', 'read-only': 'r', bind: 'r' }

const numbers = Array.from({ length: MOUNTS }, (_, number) => number)
const EXPECTED = [
  ...numbers.map((number) => ({ 1: '', 2: 'r' })[number] ?? IN_WORK[kindOf(number)]),
  ...numbers.map((number) => ({ 3: '' })[number] ?? OUTSIDE[kindOf(number)]),
]

beforeAll(buildCli, 120_000)

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test(`${2 * MOUNTS} mounts`, { timeout: 180_000 }, async (context) => {
    needOwnMounts(context)
    const directory = temporaryDirectory()
    const [work, outside] = ['work', 'outside'].map((name) => join(directory, name)) as [string, string]
    for (const path of [work, outside]) {
      mkdirSync(join(path, 'source'), { recursive: true })
      writeFileSync(join(path, 'source/file'), 'line\n')
    }
    chmodSync(directory, 0o755)
    const mountMany = (path: string) => ['python3', fixture('mount-many.py'), `${MOUNTS}`, path, '--']
    const main = [process.execPath, fixture('mounts-main.mjs'), backend, work, outside, `${MOUNTS}`]
    const command = [...mountMany(work), ...mountMany(outside), ...main]
    const { mounts, verdicts, ...outcome } = await inOwnMounts<Outcome>('', command, 150_000)
    console.log(`${backend}: a command that does nothing takes ${Math.round(outcome.milliseconds)} ms`)
    expect(outcome).toMatchObject({ unchanged: true, exitCode: 0, stderr: '' })
    expect(mounts).toBeGreaterThan(2 * MOUNTS)
    expect(verdicts).toEqual(EXPECTED)
  })
})
