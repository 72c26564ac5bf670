/**
 * `npm run bench`: runs measurements, all of them or those named, and writes results.json, results.md and plots.
 * What the arguments mean is in arguments.mjs.
 *
 * A measurement is a module of this folder with `title` and `measure(context)`, which resolves to
 * `{ conditions, skipped, tables, plots, data }`: lines for people, tables of cells (report.mjs), plots (plot/plot.mjs),
 * and `data` for results.json and check.mjs. All but `skipped` may be left out.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseBenchArguments, USAGE } from './arguments.mjs'
import { checkLines, checkReport } from './check.mjs'
import { describeMachine, machineLines } from './machine.mjs'
import { plotSvg } from './plot/plot.mjs'
import { sectionOf } from './report.mjs'
import { compile } from './support/compile.mjs'
import { makeScratch } from './support/scratch.mjs'
import { FLOOR } from './support/variants.mjs'

const MEASUREMENTS = ['spawn', 'idle', 'heap', 'throughput', 'mounts', 'output', 'kill', 'memory']

const options = parsed()
if (options?.help) console.log(USAGE)
else if (options !== undefined) await run(options)

function parsed() {
  try {
    return parseBenchArguments(process.argv.slice(2), MEASUREMENTS)
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`)
    process.exitCode = 2
    return undefined
  }
}

async function run({ check, names, rounds, variant, out }) {
  mkdirSync(out, { recursive: true })
  const machine = describeMachine()
  const directory = makeScratch(tmpdir())
  const select = (variants) => variants.filter((name) => name === FLOOR || variant.test(name))
  const results = {}
  const context = { directory, floor: compile('floor', directory), rounds, select }
  for (const name of names) results[name] = await runOne(name, context, out)
  const data = Object.fromEntries(Object.entries(results).map(([name, result]) => [name, result.data]))
  const lines = checkLines(data)
  writeFileSync(join(out, 'results.json'), `${JSON.stringify({ machine, data, check: lines }, null, 2)}\n`)
  writeFileSync(join(out, 'results.md'), markdown(machine, results, lines))
  if (check) console.log(`\n${checkReport(lines).join('\n')}`)
  console.log(`\nwritten: ${join(out, 'results.md')}`)
}

async function runOne(name, context, out) {
  const result = await measureOne(name, context)
  for (const plot of result.plots ?? []) writeFileSync(join(out, `${plot.file}.svg`), plotSvg(plot))
  console.log(`\n${sectionOf(result)}`)
  return result
}

/** A measurement that fails must not cost the results of the others. */
async function measureOne(name, context) {
  const { title, measure } = await import(`./${name}.mjs`)
  try {
    return { title, ...(await measure(context)) }
  } catch (error) {
    process.exitCode = 1
    console.error(error)
    return { title, skipped: [`all of it: it failed, ${error.message.split('\n')[0]}`] }
  }
}

function markdown(machine, results, lines) {
  return [
    '# Benchmarks',
    machineLines(machine)
      .map((line) => `- ${line}`)
      .join('\n'),
    ...Object.values(results).map(sectionOf),
    '## Acceptance',
    `\`\`\`text\n${checkReport(lines).join('\n')}\n\`\`\``,
    '',
  ].join('\n\n')
}
