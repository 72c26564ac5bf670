import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DoctorReport } from '../../lib/doctor/types.js'
import { ladderOf } from '../../lib/plan/backends.js'
import { buildCli, type CliResult, ringfence, startRingfence } from '../support/cli.js'

const CHECK_IDS = [
  'start',
  'allowed-write',
  'forbidden-write',
  'denied-read',
  'read-only-subpath',
  'missing-protected-path',
  'host-loopback',
  'host-unix-socket',
  'host-process-invisible',
  'host-process-unkillable',
  'tree-kill',
  'host-clean',
]

let temporary: string
let json: CliResult
let report: DoctorReport
beforeAll(async () => {
  buildCli()
  temporary = mkdtempSync(join(tmpdir(), 'rf-doctor-'))
  json = await ringfence(['doctor', '--json'], { env: { TMPDIR: temporary } })
  report = JSON.parse(json.stdout)
}, 180_000)
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

test('this machine is fenced', () => {
  expect(json.stderr).toBe('')
  expect(report.fenced, json.stdout).toBe(true)
  expect(json.code).toBe(0)
})

test('every backend is reported, and every check of those that start', () => {
  expect(report.backends.map(({ backend }) => backend)).toEqual(ladderOf(process.platform))
  for (const { available, reason, checks } of report.backends) {
    if (available) expect(checks.map(({ id }) => id)).toEqual(CHECK_IDS)
    else expect({ checks, reason }).toEqual({ checks: [], reason: expect.any(String) })
  }
})

test('the backend that auto takes passes every check', () => {
  const taken = report.backends.find(({ backend }) => backend === report.backend)
  expect(taken?.checks.filter(({ status }) => status !== 'passed')).toEqual([])
  expect(taken?.passed).toBe(true)
})

test('what did not pass is refused or not offered, and only by landlock', () => {
  for (const { backend, checks } of report.backends) {
    const others = checks.filter(({ status }) => status !== 'passed')
    const expected = backend === 'landlock' ? ['refused', 'not-offered'] : []
    expect(others.filter(({ status }) => !expected.includes(status))).toEqual([])
  }
})

test('the machine is named', () => {
  expect(report.machine).toEqual({
    ringfence: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: process.version,
    kernel: expect.stringMatching(/^\d+\.\d+/),
    arch: process.arch,
    uid: process.getuid?.(),
    landlockAbi: expect.any(Number),
    helperSource: expect.toBeOneOf(['memfd', 'file']),
    bubblewrap: expect.toBeOneOf([null, { executable: expect.any(String), version: expect.any(String) }]),
    stateDirectory: expect.stringMatching(/^\//),
  })
})

test('nothing is left in the temporary directory', () => {
  expect(readdirSync(temporary)).toEqual([])
})

test('nothing is left when it is interrupted', async () => {
  const { child, ended } = startRingfence(['doctor'], { env: { TMPDIR: temporary } })
  await expect.poll(() => readdirSync(temporary), { timeout: 10_000 }).not.toEqual([])
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ code: 130, signal: null })
  expect(readdirSync(temporary)).toEqual([])
})

test('a table for people says the same', async () => {
  const { code, stdout, stderr } = await ringfence(['doctor'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const id of CHECK_IDS) expect(stdout).toContain(id)
  expect(stdout).toContain(`fenced by ${report.backend}`)
}, 180_000)

test('no bubblewrap, no shell tools on PATH: fenced all the same', async () => {
  const { code, stdout } = await ringfence(['doctor', '--json'], { env: { PATH: '/nonexistent' } })
  const without: DoctorReport = JSON.parse(stdout)
  expect(without.backends.find(({ backend }) => backend === 'bubblewrap')?.available).toBe(false)
  expect(without.fenced, stdout).toBe(true)
  expect(code).toBe(0)
}, 180_000)

test('where no sandbox can be made: not fenced, the reason, exit code 1', async () => {
  const options = { env: { RINGFENCE_STATE_DIR: '/dev/null/state' } }
  const table = await ringfence(['doctor'], options)
  expect({ code: table.code, stderr: table.stderr }).toEqual({ code: 1, stderr: '' })
  expect(table.stdout).toContain('/dev/null/state')
  expect(table.stdout).toMatch(/^NOT fenced: /m)

  const program = await ringfence(['doctor', '--json'], options)
  expect(program.code).toBe(1)
  const unfenced: DoctorReport = JSON.parse(program.stdout)
  expect(unfenced).toMatchObject({
    fenced: false,
    backend: null,
    machine: { helperSource: null, stateDirectory: null },
  })
  expect(unfenced.backends.map(({ available, passed }) => [available, passed])).toEqual(Array(3).fill([false, false]))
})
