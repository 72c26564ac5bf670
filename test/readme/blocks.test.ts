/**
 * Every block of README.md that a reader could run is run. A comment right above a block says what else it is:
 *
 *   test: file NAME           the content of a file of the project, for the blocks that follow
 *   test: output              what the block above prints, in excerpts
 *   test: .ci/run             a set-up command, which .ci/run executes on a clean clone
 *   test: not run, REASON
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadPolicyFile } from '../../lib/index.js'
import { buildCli } from '../support/cli.js'
import { type Block, blocksOf, readMarkdown } from './support/markdown.js'
import { missingLines, ReadmeWorkspace } from './support/workspace.js'

const CI = fileURLToPath(new URL('../../.ci', import.meta.url))
const RUNNABLE = new Set(['sh', 'ts'])
const KNOWN_MARKER = /^(file \S+|\.ci\/run|not run, .+)$/

const blocks = blocksOf(readMarkdown('README.md'))
const setUp = blocks.filter(({ marker }) => marker === '.ci/run')
const inOrder = blocks.filter(
  ({ language, marker }) => marker?.startsWith('file ') || (RUNNABLE.has(language) && marker === undefined),
)

let workspace: ReadmeWorkspace
beforeAll(() => {
  buildCli()
  workspace = new ReadmeWorkspace()
}, 120_000)
afterAll(() => workspace?.remove())

describe('README.md', () => {
  // The default policy opens /tmp, where other tests come and go and may end a command: hence the second try.
  test.each(inOrder.map((block) => [block.line, block] as const))(
    'line %i',
    { timeout: 180_000, retry: 2 },
    async (_, block) => {
      await check(block)
    },
  )

  test('every block is run, is a file, or says why not', () => {
    const others = blocks.filter(({ language }) => !RUNNABLE.has(language) && language !== 'text')
    expect(others.filter(({ marker }) => marker === undefined).map(({ line }) => line)).toEqual([])
    const markers = blocks.flatMap(({ marker }) => marker ?? [])
    expect(markers.filter((marker) => !KNOWN_MARKER.test(marker))).toEqual([])
    expect(blocks.filter(({ marker }) => marker?.startsWith('not run')).length).toBeLessThanOrEqual(4)
  })

  test('has the two set-up commands', () => {
    expect(setUp.map(({ code }) => code)).toEqual([
      "npm ci && npx ringfence run -- sh -c 'echo hi > ok; echo no > /usr/nope'",
      'npm ci && npm test',
    ])
  })

  test('.ci/run executes the set-up commands as they are written', ({ skip }) => {
    const scripts = readdirSync(CI).map((name) => readFileSync(join(CI, name), 'utf8'))
    if (!scripts.some((script) => script.includes('README'))) skip('.ci/run does not execute the commands of README.md')
    for (const { code } of setUp)
      expect(
        scripts.some((script) => script.includes(code)),
        code,
      ).toBe(true)
  })
})

async function check({ language, code, marker, output, line }: Block): Promise<void> {
  const file = /^file (\S+)$/.exec(marker ?? '')?.[1]
  if (file !== undefined) {
    workspace.writeFile(file, `${code}\n`)
    if (language === 'toml' || language === 'json') await loadPolicyFile(join(workspace.project, file))
    return
  }
  const result = language === 'sh' ? workspace.runShell(code) : workspace.runTypeScript(code, `line-${line}`)
  if (output === undefined || language === 'ts') expect(result.code, result.output).toBe(0)
  if (output !== undefined) expect(missingLines(output, result.output), result.output).toEqual([])
}
