/** The benchmark runs and writes what it says. What it measures depends on the machine and is not tested. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { firstColumnBelow, readMarkdown } from '../readme/support/markdown.js'
import { buildCli } from '../support/cli.js'
import { temporaryDirectory } from '../support/sandboxes.js'

const MAIN = fileURLToPath(new URL('main.mjs', import.meta.url))
const FEW = ['--rounds', '1', '--variant', '^child_process|^namespaces$|^landlock']

beforeAll(buildCli, 120_000)

function bench(...args: string[]) {
  return promisify(execFile)(process.execPath, [MAIN, ...args])
}

interface Results {
  data: Record<string, { variants: Record<string, { medianUs: number }> }>
  check: Array<{ line: string; holds?: boolean; numbers: string }>
}

test('measurements by name: numbers, text and plots', { timeout: 120_000 }, async () => {
  const out = temporaryDirectory()
  const { stdout } = await bench('spawn', 'kill', '--out', out, ...FEW)
  expect(readdirSync(out).sort()).toEqual(['kill.svg', 'results.json', 'results.md', 'spawn.svg', 'stall.svg'])
  const { data } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results
  expect(Object.keys(data)).toEqual(['spawn', 'kill'])
  expect(data.spawn?.variants.posix_spawn?.medianUs).toBeGreaterThan(0)
  const markdown = readFileSync(join(out, 'results.md'), 'utf8')
  for (const name of Object.keys(data.spawn?.variants ?? {})) expect(markdown).toContain(`\n| ${name} `)
  expect(stdout).toContain('| posix_spawn ')
})

test('test/README.md has every measurement', async () => {
  const failure = await bench('none').catch((error: { stderr: string }) => error.stderr)
  const [, names = ''] = /there are (.+), and check$/m.exec(String(failure)) ?? []
  const rows = firstColumnBelow(readMarkdown('test/README.md'), 'Benchmarks')
  expect(rows.slice(rows.indexOf('measurement') + 1)).toEqual(names.split(', '))
})

test('check says of each line whether it holds, and ends with 0 all the same', { timeout: 120_000 }, async () => {
  const out = temporaryDirectory()
  const { stdout } = await bench('check', 'spawn', '--out', out, ...FEW)
  const { check } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results
  expect(check.length).toBeGreaterThan(5)
  for (const { line } of check) expect(stdout).toMatch(new RegExp(`^(holds|DOES NOT HOLD|not measured) +${line}`, 'm'))
  expect(stdout).toMatch(/^not measured +flat from 20 to 2,000 mounts/m)
})

test('a plot is well-formed, and nothing in it lies outside', { timeout: 120_000 }, async () => {
  const out = temporaryDirectory()
  await bench('spawn', '--out', out, ...FEW)
  const svg = readFileSync(join(out, 'spawn.svg'), 'utf8')
  const [, width = '', height = ''] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []
  const places = [...svg.matchAll(/<text [^>]*x="([\d.-]+)" y="([\d.-]+)"/g)].map(([, x, y]) => [Number(x), Number(y)])
  expect(places.length).toBeGreaterThan(10)
  expect(places.filter(([x = -1, y = -1]) => !(x >= 0 && x <= Number(width) && y >= 0 && y <= Number(height)))).toEqual(
    [],
  )
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  const open: string[] = []
  for (const [, close, name = '', rest = ''] of svg.matchAll(/<(\/?)(\w+)([^>]*)>/g)) {
    if (close === '/') expect(open.pop()).toBe(name)
    else if (!rest.endsWith('/')) open.push(name)
  }
  expect(open).toEqual([])
})

test.each([
  ['a measurement that does not exist', ['spwan'], 'no measurement spwan'],
  ['a number that is none', ['--rounds', 'many'], '--rounds takes a number'],
])('%s is named', async (_, args, message) => {
  const failure = await bench(...args).then(
    () => undefined,
    (error: { code: number; stderr: string }) => error,
  )
  expect(failure?.code).toBe(2)
  expect(failure?.stderr).toContain(message)
})
