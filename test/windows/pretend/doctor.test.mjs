// The doctor on a Windows that pretends: tokens read back as restricted and ACLs as stamped, and nothing is refused. Whoever
// takes the word of the system for it would call this machine fenced.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { pretendPackage } from '../support/packages.mjs'

let status
let report

before(() => {
  const main = join(pretendPackage, 'dist/cli/main.js')
  const ran = spawnSync(process.execPath, [main, 'doctor', '--json'], { encoding: 'utf8', timeout: 200_000 })
  status = ran.status
  report = JSON.parse(ran.stdout)
})

/** The status of each check. */
function statuses() {
  const [{ backend, available, checks }] = report.backends
  assert.deepEqual([backend, available], ['restricted-token', true])
  return Object.fromEntries(checks.map((check) => [check.id, check.status]))
}

test('it is not fenced', () => {
  assert.equal(status, 1)
  assert.equal(report.fenced, false)
  assert.equal(report.backends[0].passed, false)
})

test('every attempt that had to be refused is noticed', () => {
  const seen = statuses()
  const denials = [
    'forbidden-write',
    'read-only-subpath',
    'missing-protected-path',
    'delete-in-read-only-subpath',
    'delete-through-parent',
    'rename-read-only-subpath',
    'rename-parent',
    'privileges',
  ]
  assert.deepEqual(
    denials.map((id) => [id, seen[id]]),
    denials.map((id) => [id, 'failed']),
  )
})

test('what needs no refusal passes', () => {
  const seen = statuses()
  for (const id of ['token', 'start', 'allowed-write', 'tree-kill', 'host-clean']) assert.equal(seen[id], 'passed', id)
})
