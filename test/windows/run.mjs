// Runs test files in Windows' node.exe, really or under Wine, and prints `N passed, N failed, N skipped`:
//   node test/windows/run.mjs [FILE...]
// Without files: all of this folder; those of real/ only on real Windows, which Wine does not imitate well enough.
// With RINGFENCE_TEST_MUST_WORK=windows a test that is skipped has failed.
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { completePackages } from './support/packages.mjs'
import { underWine } from './support/wine.mjs'

const mustWork = (process.env.RINGFENCE_TEST_MUST_WORK ?? '').split(',').includes('windows')

function testFiles(folder) {
  return readdirSync(resolve(import.meta.dirname, folder))
    .filter((name) => name.endsWith('.test.mjs'))
    .sort()
    .map((name) => resolve(import.meta.dirname, folder, name))
}

function allFiles() {
  const files = [...testFiles('.'), ...testFiles('pretend')]
  if (!underWine()) return [...files, ...testFiles('real')]
  console.log(`SKIPPED under Wine: test/windows/real (${testFiles('real').length} files)`)
  return files
}

const files = process.argv.length > 2 ? process.argv.slice(2).map((file) => resolve(file)) : allFiles()
if (files.length === 0) throw new Error('no test files')
completePackages()
const totals = { passed: 0, failed: 0 }
const skips = []

const events = run({ files, concurrency: 1, timeout: 280_000 })
  .on('test:pass', ({ name, details, skip, todo }) => {
    if (details.type === 'suite') return
    if (skip === undefined && todo === undefined) totals.passed += 1
    else skips.push(typeof skip === 'string' ? `${name}: ${skip}` : name)
  })
  .on('test:fail', ({ details }) => {
    // What holds a failed test is not another failure.
    if (details.error?.failureType !== 'subtestsFailed') totals.failed += 1
  })
events.compose(new spec()).pipe(process.stdout)
events.on('end', () => {
  // After the reporter's own summary.
  setImmediate(() => {
    for (const skip of skips) console.log(`SKIPPED ${skip}`)
    if (mustWork) totals.failed += skips.length
    process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1
    console.log(`${totals.passed} passed, ${totals.failed} failed, ${skips.length} skipped`)
  })
})
