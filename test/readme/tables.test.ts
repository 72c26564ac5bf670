/** Names in the documentation and names in the code are the same ones. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { EXIT } from '../../lib/cli/exit-codes.js'
import { helpText } from '../../lib/cli/help.js'
import { CHANNELS, PROTECTIONS } from '../../lib/index.js'
import { CORE_VARIABLES } from '../../lib/policy/core-variables.js'
import { PROTECTED_NAMES, SHELL_STARTUP_FILES } from '../../lib/policy/protected.js'
import { SPECIAL_PATHS } from '../../lib/policy/rule-path.js'
import { sourceFiles } from '../structure/source-files.js'
import { anchorsOf, firstColumnBelow, localLinks, readMarkdown, rowsBelow, sectionOf } from './support/markdown.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const DOCUMENTS = ['README.md', 'native/README.md', 'test/README.md', 'SECURITY.md', 'CHANGELOG.md']

const readme = readMarkdown('README.md')

function source(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** `limits.wallMs`: every field of the policy schema, two levels deep. `$schema` is of files, not of policies. */
function policyFields(): string[] {
  const { properties } = JSON.parse(source('lib/policy/policy.schema.json')) as { properties: Properties }
  const fields = Object.entries(properties).filter(([name]) => name !== '$schema')
  return fields.flatMap(([name, { properties: inner }]) =>
    name !== 'protections' && inner !== undefined ? Object.keys(inner).map((field) => `${name}.${field}`) : [name],
  )
}

type Properties = Record<string, { properties?: Properties }>

/** The names in backticks of a list, in order. */
function quotedIn(text: string, first: string, last: string): string[] {
  const start = text.indexOf(`\`${first}\``)
  const end = text.indexOf(`\`${last}\``, start)
  return [...text.slice(start, end + last.length + 2).matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
}

describe('README.md', () => {
  test('the errors table has every code', () => {
    const codes = [...source('lib/errors.ts').matchAll(/^ {2}\| '(SANDBOX_\w+)'$/gm)].map(([, code]) => code)
    expect(codes.length).toBeGreaterThan(5)
    expect(firstColumnBelow(readme, 'Errors')).toEqual(codes)
  })

  test('the errors table has every stage of lib', () => {
    const code = sourceFiles('lib', ['.ts']).map(source).join('\n')
    const stages = [...code.matchAll(/(?:stage: |STAGE = )'([a-z][a-z.-]+)'/g)].map(([, stage = '']) => stage)
    const own = new Set(stages.filter((stage) => !/^(linux|posix|windows)\b/.test(stage)))
    expect(own.size).toBeGreaterThan(5)
    const cells = rowsBelow(readme, 'Errors').map(([, , cell = '']) => cell)
    expect([...own].filter((stage) => !cells.join().includes(`\`${stage}\``))).toEqual([])
  })

  test('the channels are those of the code', () => {
    expect(firstColumnBelow(readme, 'Diagnostics channels')).toEqual([...CHANNELS])
  })

  test('the exit codes are those of the command line', () => {
    const { signalBase, ...codes } = EXIT
    const cells = firstColumnBelow(readme, 'Exit codes').filter((cell) => /^\d/.test(cell))
    expect(cells).toEqual([...Object.values(codes).map(String), `${signalBase}+n`])
  })

  test('every option of the command line is there, and no other', () => {
    const help = [helpText('run'), helpText('explain'), helpText('doctor')].join('\n')
    const named = (text: string) => [...new Set(text.match(/--[a-z][a-z-]+/g))].sort()
    expect(named(sectionOf(readme, 'Options'))).toEqual(named(help).filter((option) => option !== '--help'))
  })

  test('every field of the policy is there', () => {
    const cells = firstColumnBelow(readme, 'Fields').flatMap((cell) => cell.split(', '))
    expect(cells.sort()).toEqual(policyFields().sort())
  })

  test('every special path is there', () => {
    const cells = firstColumnBelow(readme, 'Paths').filter((cell) => cell.startsWith(':') && cell !== ':other')
    expect(cells).toEqual(SPECIAL_PATHS.map((name) => `:${name}`))
  })

  test('every protection is there', () => {
    expect(firstColumnBelow(readme, 'Protections')).toEqual([...PROTECTIONS])
  })

  test('the lists of protected paths and of core variables are those of the code', () => {
    const section = sectionOf(readme, 'Protected paths')
    expect(quotedIn(section, '.git', '.mcp.json')).toEqual([...PROTECTED_NAMES])
    expect(quotedIn(section, '.bashrc', '.zlogout')).toEqual([...SHELL_STARTUP_FILES])
    expect(quotedIn(sectionOf(readme, 'Environment'), 'PATH', 'NO_COLOR')).toEqual([...CORE_VARIABLES.posix])
  })
})

describe('native/README.md', () => {
  test('the table of descriptors has those of wire.h, in order', () => {
    const [, list = ''] = /enum FixedFd : int \{([^}]*)\}/.exec(source('native/linux/wire.h')) ?? []
    const names = [...list.matchAll(/k\w+Fd\b/g)].map(([name]) => name)
    expect(names.length).toBeGreaterThan(3)
    const cells = firstColumnBelow(readMarkdown('native/README.md'), 'Descriptors and messages')
    expect(cells.flatMap((cell) => /k\w+Fd$/.exec(cell) ?? [])).toEqual(names)
  })

  test('the stage table is core/stage.h', () => {
    const macros = [...source('native/core/stage.h').matchAll(/^ {2}X\((\w+), "([^"]+)", "([^"]*)"\)/gm)]
    const stages = macros.filter(([, enumerator]) => enumerator !== 'kNone').map(([, , name, call]) => [name, call])
    expect(stages.length).toBeGreaterThan(50)
    const rows = rowsBelow(readMarkdown('native/README.md'), 'Stages')
    expect(rows.map(([name = '', call = '']) => [name.replaceAll('`', ''), call.trim()])).toEqual(stages)
    expect(rows.filter(([, , meaning = '']) => meaning.trim() === '')).toEqual([])
    const code = sourceFiles('native', ['.cc', '.h']).map(source).join('\n')
    const used = new Set([...code.matchAll(/Stage::(\w+)/g)].map(([, name]) => name))
    const unused = macros.filter(([, name]) => name !== 'kNone' && !used.has(name)).map(([, , name]) => `\`${name}\``)
    expect(rows.filter(([, , meaning]) => meaning === 'not used in this version').map(([name]) => name)).toEqual(unused)
  })

  test('the stage table of Windows is core/stages_windows.h', () => {
    const macros = [...source('native/core/stages_windows.h').matchAll(/^ {2}X\(kWin\w+, "([^"]+)", "([^"]*)"\)/gm)]
    expect(macros.length).toBeGreaterThan(50)
    const rows = rowsBelow(readMarkdown('native/README.md'), 'Stages of Windows')
    expect(rows.map(([name = '', call = '']) => [name.replaceAll('`', ''), call.trim()])).toEqual(
      macros.map(([, name, call]) => [name, call]),
    )
    expect(rows.filter(([, , meaning = '']) => meaning.trim() === '')).toEqual([])
  })
})

const links = DOCUMENTS.flatMap((file) => localLinks(readMarkdown(file)).map((link) => [file, link] as const))

test.each(links)('%s: the link %s leads somewhere', (file, link) => {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? file : join(dirname(file), path)
  expect(existsSync(join(ROOT, target)), target).toBe(true)
  if (anchor !== undefined) expect(anchorsOf(readMarkdown(target))).toContain(anchor)
})
