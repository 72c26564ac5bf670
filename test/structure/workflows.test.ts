/** What the workflows name exists: nothing here runs them, so nothing else sees it go. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

interface Step {
  uses?: string
  run?: string
}

interface Workflow {
  jobs: Record<string, { 'runs-on': string; 'timeout-minutes'?: number; steps: Step[] }>
}

const folder = '.github/workflows'
const { scripts, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const targets = new Set(
  [...readFileSync('native/build/windows.cmake', 'utf8').matchAll(/add_executable\((\w+)/g)].map(([, name]) => name),
)

/** What a command line names and the checkout does not have. */
function missing(command: string): string[] {
  const words = command.split(/\s+/)
  return words.flatMap((word, index) => {
    const before = words.slice(Math.max(0, index - 2), index).join(' ')
    if (before.endsWith('npm run')) return word in scripts ? [] : [`script ${word}`]
    if (before.endsWith('npx')) return word in devDependencies ? [] : [`package ${word}`]
    const program = /^\.\/build\/.*\/(\w+)\.exe$/.exec(word)?.[1]
    if (program !== undefined) return targets.has(program) ? [] : [`program ${program}`]
    return /^(\.ci|lib|native|test)\//.test(word) && !existsSync(word) ? [`file ${word}`] : []
  })
}

describe.each(readdirSync(folder))('%s', (name) => {
  const { jobs }: Workflow = parse(readFileSync(`${folder}/${name}`, 'utf8'))

  test('every file, script and program that is run exists', () => {
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
    expect(commands.length).toBeGreaterThan(0)
    expect(commands.flatMap(missing)).toEqual([])
  })

  test('every job ends in time, every action has a version', () => {
    for (const job of Object.values(jobs)) {
      expect(job['timeout-minutes']).toBeGreaterThan(0)
      for (const { uses } of job.steps) expect(uses ?? '@v0').toMatch(/@v\d+$/)
    }
  })
})

test.each([
  ['bash .ci/gone', 'file .ci/gone'],
  ['node test/windows/gone.mjs x64', 'file test/windows/gone.mjs'],
  ['npm run gone', 'script gone'],
  ['npx gone build', 'package gone'],
  ['./build/win32-x64/ringfence_gone.exe', 'program ringfence_gone'],
])('the check sees that %s cannot be run', (command, expected) => {
  expect(missing(command)).toEqual([expected])
})
