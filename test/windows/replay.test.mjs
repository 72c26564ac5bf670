// The parts of a replay of the models' fences (real/replay.test.mjs) that need no Windows which restricts tokens and
// stores ACLs: so they are known to work when it comes to it.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  compareOperations,
  fittingReadings,
  makeVectors,
  newTally,
  replayRights,
  reportOf,
  runScript,
} from './support/replay.mjs'
import { underWine } from './support/wine.mjs'

/** To Wine an owner has all standard rights, to Windows READ_CONTROL and WRITE_DAC. */
const apart = underWine() ? 0x1f0000 : 0

let directory
let vectors

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'ringfence-replay-'))
  vectors = makeVectors(directory, { seed: 1, cases: 1000 })
})
after(() => rmSync(directory, { recursive: true, force: true }))

test('AccessCheck gives a user who is not restricted what the model says', () => {
  const tally = replayRights(directory, vectors, { apart })
  console.log(reportOf(tally))
  assert.ok(tally.rights > 300)
  assert.equal(tally.differences, 0)
})

test('a right that the model has otherwise is found', () => {
  const changed = structuredClone(vectors)
  changed.trees[1].nodes[2].user ^= 0x2
  const tally = replayRights(directory, changed, { apart })
  assert.equal(tally.differences, 1)
  assert.match(tally.shown[0], /^tree 2 \(plain\): \S+: AccessCheck gives the user one 0x\w+, the model 0x\w+: G:/)
})

test('verdicts that are not the models’ are found, and which reading they are against', () => {
  const operations = vectors.trees.flatMap((tree) => tree.operations)
  const tree = { seed: 1, plain: true, operations: operations.filter(({ kind }) => kind !== 'link').slice(0, 50) }
  const expected = tree.operations.map(({ verdicts }) => (verdicts[0] ? 'allowed' : 'refused'))
  const same = newTally(vectors)
  compareOperations(tree, expected, same)
  assert.deepEqual([same.differences, same.allowed + same.refused], [0, 50])
  assert.equal(fittingReadings(same)[0], vectors.readings[0])
  for (const wrong of [expected[20] === 'allowed' ? 'refused' : 'allowed', 'error 2']) {
    const changed = newTally(vectors)
    compareOperations(tree, expected.with(20, wrong), changed)
    assert.deepEqual([changed.differences, changed.allowed + changed.refused], [1, 21])
    assert.deepEqual(fittingReadings(changed), [])
  }
})

test('operations are really done', () => {
  const steps = [
    [['make', 'directory', 'top'], 'done'],
    [['make', 'file', 'top\\f'], 'done'],
    [['as-user'], 'done'],
    [['try', 'read', 'top'], 'allowed'],
    [['try', 'create-directory', 'top\\d'], 'allowed'],
    [['try', 'create-file', 'top\\d\\f'], 'allowed'],
    [['try', 'create-file', 'top\\d\\f'], 'error 80'],
    [['try', 'overwrite', 'top\\d\\f'], 'allowed'],
    [['try', 'append', 'top\\d\\f'], 'allowed'],
    [['try', 'set-attributes', 'top\\d\\f'], 'allowed'],
    [['try', 'rename', 'top\\d\\f', 'top\\d\\g'], 'allowed'],
    [['try', 'rename', 'top\\d\\g', 'top\\f'], 'error 183'],
    [['try', 'replace', 'top\\d\\g', 'top\\f'], 'allowed'],
    [['try', 'link', 'top\\f', 'top\\l'], 'allowed'],
    [['try', 'delete', 'top\\l'], 'allowed'],
    [['try', 'delete', 'top\\l'], 'error 2'],
    [['try', 'change-acl', 'top\\f'], 'allowed'],
    [['try', 'delete-through', 'top'], 'allowed'],
    [['try', 'create-file', 'top\\gone\\f'], 'error 3'],
  ]
  const answers = runScript(
    directory,
    steps.map(([words]) => words),
  )
  assert.deepEqual(
    answers,
    steps.map(([, answer]) => answer),
  )
  assert.deepEqual(readdirSync(join(directory, 'top')).sort(), ['d', 'f'])
  assert.deepEqual(readdirSync(join(directory, 'top', 'd')), [])
  assert.equal(readFileSync(join(directory, 'top', 'f'), 'utf8'), 'xx')
  assert.deepEqual(runScript(directory, [['remove', 'top']]), ['done'])
  assert.equal(existsSync(join(directory, 'top')), false)
})

test('what a file grants is asked of the file', () => {
  const user = '2032127'
  const answers = runScript(directory, [
    ['make', 'file', 'granting'],
    ['as-user'],
    ['rights-of', 'granting'],
    ['rights-of', 'gone'],
    ['write', 'gone', 'O:S-1-5-18D:(A;;0x1f01ff;;;S-1-1-0)'],
  ])
  assert.deepEqual(answers, ['done', 'done', user, 'error 2', 'error 2'])
})

test('a refusal is told from other errors', () => {
  // Nobody may put a file in the place of a directory.
  writeFileSync(join(directory, 'file'), '')
  const answers = runScript(directory, [
    ['as-user'],
    ['try', 'replace', 'file', 'gone\\file'],
    ['make', 'directory', 'occupied'],
    ['try', 'replace', 'file', 'occupied'],
    ['try', 'replace', 'file', 'free'],
  ])
  assert.deepEqual(answers, ['done', 'error 3', 'done', 'refused', 'allowed'])
})

test('without the token of a command nothing is tried as one', () => {
  const [made, tried] = runScript(directory, [
    ['as-fenced', 'false', 'S-1-5-21-1-51966-61453-0'],
    ['try', 'create-file', 'made-by-nobody'],
  ])
  if (underWine()) {
    assert.match(made, /^error \d+ of windows\.token\./)
    assert.equal(tried, 'error 6')
  } else {
    assert.deepEqual([made, tried], ['done', 'refused'])
  }
  assert.equal(existsSync(join(directory, 'made-by-nobody')), false)
})
