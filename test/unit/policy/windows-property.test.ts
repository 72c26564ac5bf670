import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SandboxError } from '../../../lib/errors.js'
import { depth } from '../../../lib/policy/paths.js'
import { resolvePolicy } from '../../../lib/policy/resolve.js'
import type { AccessInput, ResolvedPolicy } from '../../../lib/policy/types.js'
import { makeWindowsSite, PROJECT, type WindowsSite } from './windows-support.js'
import { PosixView, posixOf, type WindowsTree } from './windows-tree.js'

const NAMES = ['a', 'b', '.git', '.claude', 'c.env'] as const

const below = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 })
  .map((names) => [PROJECT, ...names].join('\\'))

/** Directories, files and links; a link leads up, down or to another drive. */
const tree: fc.Arbitrary<WindowsTree> = fc
  .array(
    fc.oneof(
      below.map((path) => [`${path}\\`, ''] as const),
      below.map((path) => [`${path}\\file`, 'x'] as const),
      fc
        .tuple(below, fc.constantFrom('a', '..\\b', 'D:\\data', `${PROJECT}\\a`, 'gone'))
        .map(([path, target]) => [`${path}@`, target] as const),
      below.map((path) => [`${path}\\.git\\HEAD`, ''] as const),
    ),
    { maxLength: 6 },
  )
  .map((entries) => ({ 'D:\\data\\a\\': '', ...Object.fromEntries(entries) }))

const rules = fc.dictionary(
  fc.oneof(
    below,
    fc.constantFrom(
      ':root',
      ':cwd',
      '~\\AppData\\Local',
      '.\\a',
      '.\\a\\b',
      ':workspace_roots\\b',
      'D:\\data',
      'D:\\data\\a',
      '**\\c.env',
      '.\\*\\b',
    ),
  ),
  fc.constantFrom<AccessInput>('read', 'none', 'write'),
  { maxKeys: 5 },
)

/** The same site as a system of POSIX shows it. */
function twinOf({ files, context }: WindowsSite): WindowsSite['context'] {
  return {
    ...context,
    files: new PosixView(files),
    cwd: posixOf(context.cwd),
    homedir: posixOf(context.homedir),
    stateDirectory: posixOf(context.stateDirectory),
    scan: async (roots, options) => {
      const found = await context.scan(
        roots.map((root) => root.replace(/^\/([A-Z])/, '$1:').replaceAll('/', '\\')),
        options,
      )
      return { ...found, gitEntries: found.gitEntries.map(posixOf) }
    },
  }
}

type Outcome = { rules: string[]; repositories: number } | { failed: string }

async function outcomeOf(resolving: Promise<ResolvedPolicy>): Promise<Outcome> {
  try {
    const resolved = await resolving
    const lines = resolved.rules.map(({ path, access, type }) => `${posixOf(path)} ${access} ${type}`)
    return { rules: lines.sort(), repositories: resolved.scan.repositories }
  } catch (error) {
    if (!(error instanceof SandboxError)) return { failed: (error as Error).name }
    return { failed: `${error.code} ${error.stage} ${error.errno} ${posixOf(error.path ?? '')}` }
  }
}

function resolveBoth(written: WindowsTree, filesystem: Record<string, AccessInput>): Promise<[Outcome, Outcome]> {
  const site = makeWindowsSite({ tree: written })
  const posixRules = Object.fromEntries(Object.entries(filesystem).map(([text, access]) => [posixOf(text), access]))
  return Promise.all([
    outcomeOf(resolvePolicy({ filesystem }, site.context)),
    outcomeOf(resolvePolicy({ filesystem: posixRules }, twinOf(site))),
  ])
}

test('a policy has the same shape on Windows as its twin has on POSIX', async () => {
  const outcomes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(tree, rules, async (written, filesystem) => {
      const [windows, posix] = await resolveBoth(written, filesystem)
      expect(windows).toEqual(posix)
      outcomes.add(
        'failed' in windows ? windows.failed.split(' ', 2).join(' ') : `resolved ${windows.rules.length > 0}`,
      )
    }),
    { numRuns: 400 },
  )
  // Both ends of it were seen.
  expect([...outcomes].some((outcome) => outcome.startsWith('SANDBOX_PATH_UNRESOLVABLE'))).toBe(true)
  expect(outcomes).toContain('resolved true')
})

test('no spelling of a rule changes what it means, and the order is that of rules', async () => {
  const spell = (text: string, upper: boolean, slash: boolean): string => {
    if (text.startsWith(':')) return slash ? text.replaceAll('\\', '/') : text
    const cased = upper ? text.toUpperCase() : text
    return slash ? cased.replaceAll('\\', '/') : cased
  }
  await fc.assert(
    fc.asyncProperty(tree, rules, fc.boolean(), fc.boolean(), async (written, filesystem, upper, slash) => {
      const { context } = makeWindowsSite({ tree: written })
      const respelled = Object.fromEntries(
        Object.entries(filesystem).map(([text, access]) => [spell(text, upper, slash), access]),
      )
      const resolved = await resolvePolicy({ filesystem }, context).catch(() => undefined)
      const again = await resolvePolicy({ filesystem: respelled }, context).catch(() => undefined)
      const lines = (policy: ResolvedPolicy | undefined) =>
        policy?.rules.map(({ path, access, type }) => `${path.toLowerCase()} ${access} ${type}`)
      expect(lines(again)).toEqual(lines(resolved))
      const depths = resolved?.rules.map(({ path }) => depth(path)) ?? []
      expect(depths).toEqual([...depths].sort((left, right) => left - right))
    }),
    { numRuns: 200 },
  )
})
