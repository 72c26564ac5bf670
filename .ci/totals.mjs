// Prints `N passed, N failed` over the results in a folder: vitest's JSON files, and the C++ tests' last lines.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2]
let passed = 0
let failed = 0
for (const name of readdirSync(folder)) {
  const text = readFileSync(join(folder, name), 'utf8')
  if (name.endsWith('.json') && text !== '') {
    const results = JSON.parse(text)
    passed += results.numPassedTests
    failed += results.numFailedTests
    console.log(
      `${name.slice(0, -5)}: ${results.numPassedTests} passed, ${results.numFailedTests} failed, ${results.numPendingTests} skipped`,
    )
  } else if (name.endsWith('.txt')) {
    const totals = [...text.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1)
    if (!totals) continue
    passed += Number(totals[1])
    failed += Number(totals[2])
    console.log(`${name.slice(0, -4)}: ${totals[1]} passed, ${totals[2]} failed`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
