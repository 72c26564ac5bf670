/** Resolved policies and machines of Windows to plan for, on any system. */
import { planRestrictedToken } from '../../../lib/plan/restricted-token.js'
import type { RestrictedTokenPlan, UnenforceableRule, WindowsFacts } from '../../../lib/plan/types.js'
import type { ResolvedPolicy, ResolvedRule } from '../../../lib/policy/types.js'
import { type PolicyChanges, policyOf, rule } from './fixtures.js'

export const HOME = 'C:\\Users\\u'
export const PROJECT = 'C:\\work\\project'
export const TEMPORARY = `${HOME}\\AppData\\Local\\Temp`
export const STATE = `${HOME}\\AppData\\Local\\ringfence`

export function windowsMachine(changes: Partial<WindowsFacts> = {}): WindowsFacts {
  return {
    build: 19045,
    volumesWithoutAcls: [],
    interactive: true,
    elevated: false,
    stateDirectory: STATE,
    home: HOME,
    ...changes,
  }
}

/** What no token keeps in full, a policy has to do without. */
const LENIENT = { 'unix-sockets': 'best-effort', processes: 'best-effort' } as const

/** The network has to be open: no token closes it. */
export function windowsPolicy(rules: ResolvedRule[], changes: PolicyChanges = {}): ResolvedPolicy {
  const protections = { ...LENIENT, ...changes.protections }
  return policyOf(rules, { cwd: PROJECT, network: 'unrestricted', ...changes, protections })
}

export const EVERYTHING_READ = [rule('/', 'read', { kind: 'preset', from: ':root' })]

/** What preset workspace-write resolves to in a repository without `.codex` and the like. */
export function windowsWorkspace(root = PROJECT): ResolvedRule[] {
  const missing = (name: string) => rule(`${root}\\${name}`, 'read', { type: 'missing', kind: 'protected', from: name })
  return [
    ...EVERYTHING_READ,
    rule(root, 'write', { kind: 'preset', from: ':workspace_roots' }),
    rule(TEMPORARY, 'write', { kind: 'preset', from: ':tmpdir' }),
    rule(`${root}\\.git`, 'read', { kind: 'protected', from: '.git' }),
    rule(`${root}\\.mcp.json`, 'read', { type: 'file', kind: 'protected', from: '.mcp.json' }),
    missing('.codex'),
    missing('.claude'),
  ]
}

export function windowsPlanOf(policy: ResolvedPolicy, facts: WindowsFacts = windowsMachine()): RestrictedTokenPlan {
  const result = planRestrictedToken(policy, facts)
  if (!result.ok) throw new Error(`it refuses: ${JSON.stringify(result.unenforceable, null, 2)}`)
  return result.plan
}

export function windowsRefusal(policy: ResolvedPolicy, facts: WindowsFacts = windowsMachine()): UnenforceableRule[] {
  const result = planRestrictedToken(policy, facts)
  if (result.ok) throw new Error('it accepts the policy')
  return result.unenforceable
}
