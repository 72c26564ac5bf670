import { describe, expect, it, test } from 'vitest'
import { explainPlan } from '../../../lib/plan/explain.js'
import type { WindowsFacts } from '../../../lib/plan/types.js'
import type { ResolvedPolicy } from '../../../lib/policy/types.js'
import { rule } from './fixtures.js'
import { expectGolden } from './golden.js'
import {
  EVERYTHING_READ,
  HOME,
  PROJECT,
  STATE,
  TEMPORARY,
  windowsMachine,
  windowsPlanOf,
  windowsPolicy,
  windowsRefusal,
  windowsWorkspace,
} from './windows-fixtures.js'

const CASES: Record<string, { policy: ResolvedPolicy; facts?: Partial<WindowsFacts> }> = {
  'workspace-write': { policy: windowsPolicy(windowsWorkspace()) },
  'read-only': { policy: windowsPolicy(EVERYTHING_READ), facts: { interactive: false, elevated: true } },
  'opened-git': {
    policy: windowsPolicy([
      ...windowsWorkspace().filter(({ path }) => !path.endsWith('.git')),
      rule(`${PROJECT}\\.git\\hooks`, 'read', { type: 'missing', kind: 'protected', from: '.git\\hooks' }),
      rule(`${PROJECT}\\.git\\config`, 'read', { type: 'file', kind: 'protected', from: '.git\\config' }),
    ]),
  },
  'nested-repositories': {
    policy: windowsPolicy([
      ...windowsWorkspace(),
      rule(`${PROJECT}\\a\\b\\.git\\hooks`, 'read', { kind: 'repository', from: `${PROJECT}\\a\\b\\.git\\hooks` }),
      rule(`${PROJECT}\\a\\docs`, 'read', { from: '.\\a\\docs' }),
    ]),
  },
  'best-effort': {
    policy: windowsPolicy(
      [
        ...windowsWorkspace(),
        rule(`${HOME}\\.ssh`, 'none', { from: '~/.ssh' }),
        rule(`${PROJECT}\\secrets`, 'none', { from: './secrets' }),
      ],
      {
        network: 'none',
        protections: { network: 'best-effort', 'file-reads': 'best-effort', 'file-writes': 'best-effort' },
        limits: { memoryBytes: 1_000_000_000, processes: 20, cpuSeconds: 60, wallMs: 1000, outputBytes: 5000 },
      },
    ),
    facts: { volumesWithoutAcls: ['E:\\'] },
  },
  'state-in-workspace': {
    policy: windowsPolicy(windowsWorkspace()),
    facts: { stateDirectory: `${PROJECT}\\.x\\state` },
  },
}

describe('the plan of the golden file', () => {
  it.each(Object.entries(CASES))('%s', (name, { policy, facts }) => {
    const plan = windowsPlanOf(policy, windowsMachine(facts))
    expectGolden(`${name}.restricted-token`, { plan, explained: explainPlan(plan) })
  })
})

describe('refuses, naming the rule', () => {
  const refusedRules = (policy: ResolvedPolicy, facts?: Partial<WindowsFacts>) =>
    windowsRefusal(policy, windowsMachine(facts)).map(({ rule }) => rule)

  test.each([
    ['a denied path', [rule(`${HOME}\\.ssh`, 'none', { from: '~/.ssh' })], `deny ${HOME}\\.ssh (from "~/.ssh")`],
    ['all drives', [rule('/', 'write', { from: ':root' })], 'write / (from ":root")'],
    ['a drive', [rule('D:\\', 'write')], 'write D:\\ (from "D:\\")'],
    ['a share', [rule('\\\\server\\share\\', 'write')], 'write \\\\server\\share\\ (from "\\\\server\\share\\")'],
    [
      'a directory of a share',
      [rule('\\\\server\\share\\x', 'write')],
      'write \\\\server\\share\\x (from "\\\\server\\share\\x")',
    ],
    ['the profile', [rule('c:\\users\\U', 'write')], 'write c:\\users\\U (from "c:\\users\\U")'],
    ['all profiles', [rule('C:\\Users', 'write')], 'write C:\\Users (from "C:\\Users")'],
    ['its own state', [rule(`${STATE}\\x`, 'write')], `write ${STATE}\\x (from "${STATE}\\x")`],
    ['a missing root', [rule('C:\\new', 'write', { type: 'missing' })], 'write C:\\new (from "C:\\new")'],
    [
      'a path opened below a read-only one',
      [rule(PROJECT, 'write'), rule(`${PROJECT}\\a`, 'read'), rule(`${PROJECT}\\a\\b`, 'write')],
      `write ${PROJECT}\\a\\b (from "${PROJECT}\\a\\b")`,
    ],
  ])('%s', (_, rules, expected) => {
    const readAll = rules.some(({ path }) => path === '/') ? [] : EVERYTHING_READ
    expect(refusedRules(windowsPolicy([...readAll, ...rules]))).toEqual([expected])
  })

  test('network none and proxy', () => {
    expect(refusedRules(windowsPolicy(EVERYTHING_READ, { network: 'none' }))).toEqual(['protections.network = strict'])
    expect(refusedRules(windowsPolicy(EVERYTHING_READ, { network: 'proxy' }))).toContain('network proxy')
  })

  test.each(['unix-sockets', 'processes'] as const)('%s as strict', (protection) => {
    const strict = windowsPolicy(EVERYTHING_READ, { protections: { [protection]: 'strict' } })
    expect(refusedRules(strict)).toEqual([`protections.${protection} = strict`])
    const off = windowsPolicy(EVERYTHING_READ, { protections: { [protection]: 'off' } })
    expect(windowsPlanOf(off).enforcement[protection].level).toBe('off')
    expect(windowsPlanOf(windowsPolicy(EVERYTHING_READ)).enforcement[protection].level).toBe('partial')
  })

  test('reading that is allowed for some paths only', () => {
    expect(refusedRules(windowsPolicy([rule(PROJECT, 'read')]))).toEqual(['protections.file-reads = strict'])
  })

  test('limits that a job does not have, and nested', () => {
    const limits = { openFiles: 3, fileSizeBytes: 4, memoryBytes: 5 }
    expect(refusedRules(windowsPolicy(EVERYTHING_READ, { limits, nested: true }))).toEqual([
      'nested = true',
      'limits.openFiles',
      'limits.fileSizeBytes',
    ])
  })

  test('strict protection of files where a volume keeps no ACLs', () => {
    const facts = { volumesWithoutAcls: ['E:\\'] }
    const [refused] = windowsRefusal(windowsPolicy(EVERYTHING_READ), windowsMachine(facts))
    expect(refused?.rule).toBe('protections.file-writes = strict')
    expect(refused?.reason).toContain('E:\\')
    const root = [...EVERYTHING_READ, rule('E:\\x', 'write')]
    const protections = { 'file-writes': 'best-effort' } as const
    expect(refusedRules(windowsPolicy(root, { protections }), facts)).toEqual(['write E:\\x (from "E:\\x")'])
  })

  test('every reason says something, and no backend is named that does not exist', () => {
    const policy = windowsPolicy([rule('D:\\', 'write'), rule('D:\\x', 'none')], { network: 'none', nested: true })
    for (const { reason, enforcedBy } of windowsRefusal(policy)) {
      expect(reason.length).toBeGreaterThan(20)
      expect(enforcedBy).toEqual([])
    }
  })
})

describe('the variant of a root', () => {
  const variantOf = (...rules: Parameters<typeof windowsPolicy>[0]) =>
    windowsPlanOf(windowsPolicy([...EVERYTHING_READ, rule(PROJECT, 'write'), ...rules])).roots[0]?.variant
  const docs = rule(`${PROJECT}\\docs`, 'read')

  it('is another one when something else is taken away', () => {
    const src = rule(`${PROJECT}\\src`, 'read')
    expect(new Set([variantOf(), variantOf(docs), variantOf(src), variantOf(docs, src)]).size).toBe(4)
  })

  it('stays when a path appears, and when it is spelled in another case', () => {
    expect(variantOf({ ...docs, type: 'missing' })).toBe(variantOf(docs))
    expect(variantOf({ ...docs, path: `${PROJECT}\\DOCS` })).toBe(variantOf(docs))
  })

  it('does not depend on what was found: repositories, matches of a glob', () => {
    const repository = rule(`${PROJECT}\\a\\.git\\hooks`, 'read', { kind: 'repository' })
    expect(variantOf(docs, repository)).toBe(variantOf(docs))
    const match = (name: string) => rule(`${PROJECT}\\${name}`, 'read', { kind: 'glob', from: '*.lock', type: 'file' })
    expect(variantOf(match('a.lock'))).toBe(variantOf(match('a.lock'), match('b.lock')))
    expect(variantOf(match('a.lock'))).not.toBe(variantOf())
  })

  it('is the same for the same rules below another root', () => {
    const roots = [PROJECT, TEMPORARY].flatMap((path) => [rule(path, 'write'), rule(`${path}\\.git`, 'read')])
    const [first, second] = windowsPlanOf(windowsPolicy([...EVERYTHING_READ, ...roots])).roots
    expect(first?.variant).toBe(second?.variant)
  })
})

it('opens nothing before what is closed in it is closed', () => {
  const ops = windowsPlanOf(windowsPolicy(windowsWorkspace())).steps.map(({ op }) => op)
  expect(ops.lastIndexOf('deny')).toBeLessThan(ops.indexOf('grant'))
  expect(ops.lastIndexOf('pin')).toBeLessThan(ops.indexOf('grant'))
})

it('lets Everyone in only where writing is not strict', () => {
  const everyone = (requirement: 'strict' | 'best-effort' | 'off') =>
    windowsPlanOf(windowsPolicy(EVERYTHING_READ, { protections: { 'file-writes': requirement } }))
  expect(everyone('strict').everyone).toBe(false)
  expect(everyone('best-effort')).toMatchObject({
    everyone: true,
    enforcement: { 'file-writes': { level: 'partial' } },
  })
  expect(everyone('off')).toMatchObject({ everyone: true, enforcement: { 'file-writes': { level: 'off' } } })
})

it('plans a hundred roots with a hundred closed paths each in linear time', () => {
  const rules = Array.from({ length: 100 }, (_, root) => [
    rule(`C:\\r${root}`, 'write'),
    ...Array.from({ length: 100 }, (_, index) => rule(`C:\\r${root}\\d${index}\\x`, 'read')),
  ]).flat()
  const start = performance.now()
  const { roots, steps } = windowsPlanOf(windowsPolicy([...EVERYTHING_READ, ...rules]))
  expect([roots.length, steps.length]).toEqual([100, 100 + 100 * 101 + 100 * 100])
  // Some 100 ms; what is quadratic takes minutes.
  expect(performance.now() - start).toBeLessThan(10_000)
})
