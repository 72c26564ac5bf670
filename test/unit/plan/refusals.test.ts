import { describe, expect, it } from 'vitest'
import { explainUnenforceable } from '../../../lib/plan/explain.js'
import { LINUX_BACKENDS, machine, planOf, policyOf, READ_ONLY, refusalOf, rule, workspaceWrite } from './fixtures.js'

describe.each(LINUX_BACKENDS)('%s', (backend) => {
  it('refuses the proxy mode', () => {
    const refused = refusalOf(backend, policyOf(READ_ONLY, { network: 'proxy' }))
    expect(refused.map(({ rule, enforcedBy }) => [rule, enforcedBy])).toEqual([['network proxy', []]])
  })

  it('refuses to open its own state, and hides it without being told', () => {
    const opened = policyOf([...READ_ONLY, rule('/run/user/1000/ringfence/masks', 'write')])
    expect(refusalOf(backend, opened).at(-1)?.rule).toBe(
      'write /run/user/1000/ringfence/masks (from "/run/user/1000/ringfence/masks")',
    )
  })

  it('refuses strict protection of nested repositories after an incomplete scan, and says what helps', () => {
    const scan = { directories: 100_000, repositories: 3, complete: false, maxDirectories: 100_000 }
    const [refused] = refusalOf(backend, policyOf(READ_ONLY, { scan }))
    expect(refused?.rule).toBe('protections.nested-repositories = strict')
    expect(refused?.reason).toContain('ended after 100000 directories')
    expect(refused?.enforcedBy).toEqual([])
    const plan = planOf(backend, policyOf(READ_ONLY, { scan, protections: { 'nested-repositories': 'best-effort' } }))
    expect(plan.enforcement['nested-repositories'].level).toBe(backend === 'landlock' ? 'none' : 'partial')
  })
})

describe.each(['namespaces', 'bubblewrap'] as const)('%s', (backend) => {
  it('enforces everything of preset workspace-write in full', () => {
    const plan = planOf(backend, policyOf(workspaceWrite()))
    expect([...new Set(Object.values(plan.enforcement).map(({ level }) => level))]).toEqual(['full'])
  })

  it('drops built-in rules that the policy turned off, and no rule of the user', () => {
    const rules = [...workspaceWrite(), rule('/home/u/project/docs', 'read')]
    const plan = planOf(backend, policyOf(rules, { protections: { 'protected-paths': 'off' } }))
    const held = plan.mounts.flatMap((step) =>
      'path' in step && step.path.startsWith('/home/u/project/') ? [step.path] : [],
    )
    expect([held, plan.stubs, plan.enforcement['protected-paths'].level]).toEqual([['/home/u/project/docs'], [], 'off'])
  })

  it('reports the wishes that give something up, and does not refuse them', () => {
    const plan = planOf(backend, policyOf(READ_ONLY, { network: 'unrestricted', nested: true }))
    expect([plan.enforcement.network.level, plan.enforcement['system-calls'].level]).toEqual(['off', 'partial'])
    expect(plan.notes).toHaveLength(3)
    expect([plan.landlock, plan.seccomp]).toEqual([null, { nested: true, sockets: 'inet', unixSockets: 'own' }])
  })

  it('adds its own state directory to what is hidden, once', () => {
    const hidden = (rules: typeof READ_ONLY) =>
      planOf(backend, policyOf(rules))
        .mounts.filter((step) => step.op === 'mask')
        .map((step) => step.path)
    const own = rule('/run/user/1000/ringfence', 'none', { kind: 'internal', from: 'state directory' })
    expect([hidden(READ_ONLY), hidden([...READ_ONLY, own]), hidden([rule('/usr', 'read')])]).toEqual([
      ['/run/user/1000/ringfence'],
      ['/run/user/1000/ringfence'],
      [],
    ])
  })
})

describe('explainUnenforceable', () => {
  it('has a line for each rule with the backends that could enforce it', () => {
    const refused = refusalOf(
      'landlock',
      policyOf([...READ_ONLY, rule('/k', 'none')], { limits: { processes: 2 } }),
      machine(),
    )
    expect(explainUnenforceable(refused)).toEqual([
      'limits.processes: without a pid namespace every process of the user would count (namespaces or bubblewrap could)',
      'deny /k (from "/k"): Landlock cannot hide a part of a tree that is readable or writable, and ' +
        'protections.file-reads is "strict" (namespaces or bubblewrap could)',
    ])
  })
})
