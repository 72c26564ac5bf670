// What the models of NTFS and of write-restricted tokens say of random trees, policies and operations, on real files with
// real ACLs and the token that commands get.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { record } from '../support/fence.mjs'
import { fittingReadings, makeVectors, replayFences, replayRights, replayWrites, reportOf } from '../support/replay.mjs'

let directory
let vectors

before(() => {
  directory = mkdtempSync(join(homedir(), 'ringfence-replay-'))
  vectors = makeVectors(directory, { seed: Number(process.env.RINGFENCE_TEST_SEED ?? 1), cases: 4000 })
})
after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }))

test('AccessCheck gives a user who is not restricted what the model says', () => {
  const tally = replayRights(directory, vectors)
  console.log(reportOf(tally))
  assert.ok(tally.rights > 1000)
  assert.equal(tally.differences, 0)
})

test('ACLs that are written reach what is below as in the model', () => {
  const tally = replayWrites(directory, vectors)
  console.log(reportOf(tally))
  assert.ok(tally.rights > 2000)
  assert.equal(tally.differences, 0)
})

test('files allow a command what the models say, on one reading of what the documentation leaves open', () => {
  const tally = replayFences(directory, vectors)
  console.log(reportOf(tally))
  assert.equal(tally.differences, 0)
  const readings = fittingReadings(tally)
  record(`write-restricted tokens: ${readings.join('; ')}`)
  assert.ok(readings.length > 0, 'no reading fits')
  // Neither all nor nothing was allowed.
  assert.ok(tally.allowed > 500 && tally.refused > 500)
})
