/** From the text of a policy and a described machine to the plan: nothing between them is made up. */
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { explainPlan, explainUnenforceable } from '../../../lib/plan/explain.js'
import { planRestrictedToken } from '../../../lib/plan/restricted-token.js'
import { parsePolicy } from '../../../lib/policy/parse.js'
import { resolvePolicy } from '../../../lib/policy/resolve.js'
import { HOME, makeWindowsSite, PROJECT, STATE } from '../policy/windows-support.js'
import type { WindowsDisks } from '../policy/windows-tree.js'
import { expectGolden } from './golden.js'
import { windowsMachine } from './windows-fixtures.js'

/** What no token keeps. */
const LENIENT = `
[network]
mode = "unrestricted"

[protections]
unix-sockets = "best-effort"
processes = "best-effort"
`

const CASES: Record<string, { text: string; disks?: Partial<WindowsDisks> }> = {
  'workspace-write': { text: `extends = "workspace-write"\n${LENIENT}` },
  'read-only-strict': { text: 'extends = "read-only"' },
  'added-directories': {
    text: `
extends = "workspace-write"

[filesystem]
'c:\\WORK\\LIBRAR~1' = "write"
'S:\\cache\\' = "write"
'.\\docs' = "read"
'**\\*.lock' = "read"
${LENIENT}`,
    disks: {
      tree: {
        'C:\\work\\Library One\\': '',
        'D:\\scratch\\cache\\': '',
        [`${PROJECT}\\Docs\\`]: '',
        [`${PROJECT}\\a\\Package.LOCK`]: '',
        [`${PROJECT}\\vendor\\lib\\.git\\HEAD`]: '',
        [`${PROJECT}\\vendor\\lib\\.git\\objects\\`]: '',
        [`${PROJECT}\\vendor\\lib\\.git\\refs\\`]: '',
      },
      shortNames: { 'C:\\work\\Library One': 'LIBRAR~1' },
      substituted: { 'S:\\': 'D:\\scratch' },
    },
  },
  refused: {
    text: `
[filesystem]
":root" = "read"
":cwd" = "write"
"~" = "write"
'D:\\' = "write"
'Z:\\' = "write"
"~/.ssh" = "none"
"./a" = "read"
"./a/b" = "write"
`,
    disks: {
      tree: { [`${HOME}\\.ssh\\id`]: '', [`${PROJECT}\\a\\b\\`]: '', 'D:\\': '', '\\\\server\\share\\': '' },
      substituted: { 'Z:\\': '\\\\server\\share' },
    },
  },
}

describe('the resolved policy and the plan of the golden file', () => {
  it.each(Object.entries(CASES))('%s', async (name, { text, disks }) => {
    const { context } = makeWindowsSite(disks)
    const written = parsePolicy(parse(text), { system: 'win32' })
    const policy = await resolvePolicy(written, context)
    const result = planRestrictedToken(policy, windowsMachine({ stateDirectory: STATE, home: HOME }))
    const { rules, warnings, scan } = policy
    const outcome = result.ok
      ? { plan: result.plan, explained: explainPlan(result.plan) }
      : { refused: explainUnenforceable(result.unenforceable) }
    expectGolden(`${name}.windows-policy`, { rules, warnings, scan, ...outcome })
  })
})

it('every root and every step of a plan is below a drive, in the spelling of the disk', async () => {
  const { text, disks } = CASES['added-directories'] as (typeof CASES)[string]
  const policy = await resolvePolicy(parsePolicy(parse(text), { system: 'win32' }), makeWindowsSite(disks).context)
  const result = planRestrictedToken(policy, windowsMachine())
  if (!result.ok) throw new Error(JSON.stringify(result.unenforceable))
  const paths = [...result.plan.roots, ...result.plan.steps].map(({ path }) => path)
  expect(paths).toContain('C:\\work\\Library One')
  for (const path of paths) expect(path).toMatch(/^[A-Z]:\\[^/~]*$/)
})
