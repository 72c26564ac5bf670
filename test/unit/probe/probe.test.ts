import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { probe, Sandbox } from '../../../lib/index.js'
import { linuxPlan } from '../../support/linux.js'
import { temporaryDirectory } from '../../support/sandboxes.js'

test('reports the backends in the order asked for, with the machine', async () => {
  const report = await probe({ order: ['landlock', 'namespaces'], landlock: { maxAbi: 3 } })
  expect(report.backends.map(({ backend }) => backend)).toEqual(['landlock', 'namespaces'])
  for (const { details } of report.backends) {
    expect(details).toMatchObject({ landlockAbi: expect.toSatisfy((abi) => abi <= 3) })
  }
  expect(report.machine).toMatchObject({ uid: process.geteuid?.(), arch: process.arch })
})

test('Landlock capped to none is unavailable by the same way as a kernel without', async () => {
  const { backends } = await probe({ order: ['landlock'], landlock: { maxAbi: 0 } })
  expect(backends[0]).toMatchObject({ available: false, stage: 'linux.landlock.create-ruleset' })
})

test('a bwrap is asked once for each path', async () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'bwrap')
  writeFileSync(path, `#!/bin/sh\necho "$1" >> ${directory}/calls\necho bubblewrap 0.3.0\n`)
  chmodSync(path, 0o755)
  const options = { order: ['bubblewrap'] as const, bubblewrapPath: path }
  const [first, second] = await Promise.all([probe(options), probe(options)])
  expect(first).toEqual(second)
  expect(first.backends[0]).toMatchObject({ available: false, stage: 'linux.bubblewrap.version', path })
  const { readFileSync } = await import('node:fs')
  expect(readFileSync(join(directory, 'calls'), 'utf8')).toBe('--version\n--help\n')
})

test('a warning is published once, and is part of every report', async () => {
  const bubblewrapPath = join(temporaryDirectory(), 'none')
  const published: unknown[] = []
  const listener = (message: unknown) => published.push(message)
  subscribe('ringfence:warning', listener)
  for (let i = 0; i < 2; i++) {
    const { warnings, backends } = await probe({ order: ['bubblewrap'], bubblewrapPath })
    expect(warnings).toEqual([expect.stringContaining('bubblewrap is not installed')])
    expect(backends[0]).toMatchObject({ available: false, stage: 'linux.bubblewrap.find', path: bubblewrapPath })
  }
  unsubscribe('ringfence:warning', listener)
  expect(published).toHaveLength(1)
})

test.each<[string, object, RegExp]>([
  ['an empty order', { order: [] }, /options\.order/],
  ['an unknown backend', { order: ['docker'] }, /options\.order\[0\].*'namespaces'/],
  ['an order that is no array', { order: 'namespaces' }, /options\.order/],
  ['a path with NUL', { bubblewrapPath: 'a\0' }, /options\.bubblewrapPath/],
  ['a negative ABI', { landlock: { maxAbi: -1 } }, /options\.landlock\.maxAbi/],
  ['a state directory that is a number', { stateDirectory: 1 }, /options\.stateDirectory/],
])('%s is a TypeError, of probe and of create', async (_, options, message) => {
  for (const attempt of [probe(options), Sandbox.create({ policy: 'read-only', ...options })]) {
    const error = await attempt.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toMatch(message)
  }
})

test.each<[string, unknown, RegExp]>([
  ['no options', undefined, /"options"/],
  ['no policy', {}, /options\.policy/],
  ['an unknown preset', { policy: 'yolo' }, /yolo/],
  ['a cwd that is a number', { policy: 'read-only', cwd: 1 }, /options\.cwd/],
  ['a cwd with NUL', { policy: 'read-only', cwd: '/\0' }, /options\.cwd/],
  ['workspace roots that are a string', { policy: 'read-only', workspaceRoots: '/' }, /options\.workspaceRoots/],
  ['an unknown backend', { policy: 'read-only', backend: 'docker' }, /options\.backend.*'auto'/],
  ['backend and order together', { policy: 'read-only', backend: 'landlock', order: ['landlock'] }, /options\.order/],
  ['an environment with NUL', { policy: 'read-only', env: { A: '\0' } }, /options\.env/],
  ['a negative scan limit', { policy: 'read-only', maxScanDirectories: -1 }, /options\.maxScanDirectories/],
])('create: %s is a TypeError', async (_, options, message) => {
  const error = await Sandbox.create(options as never).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(TypeError)
  expect((error as Error).message).toMatch(message)
})

test('a policy that a backend cannot enforce lists every rule, with the backends that could', async () => {
  const work = temporaryDirectory()
  const policy = { filesystem: { ':root': 'read', ':cwd': 'write', './a': 'read', './b': 'none' } } as const
  const error = await Sandbox.create({ policy, cwd: work, backend: 'landlock' }).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'SANDBOX_POLICY_UNENFORCEABLE', stage: 'plan', backend: 'landlock' })
  const rules = (error as { unenforceable: Array<{ rule: string; enforcedBy: string[] }> }).unenforceable
  for (const path of ['a', 'b']) {
    expect(rules).toContainEqual(
      expect.objectContaining({
        rule: expect.stringContaining(join(work, path)),
        enforcedBy: expect.arrayContaining(['namespaces', 'bubblewrap']),
      }),
    )
  }
})

test('explain() is a copy of what is in force', async () => {
  const sandbox = await Sandbox.create({ policy: 'read-only', cwd: '/' })
  const { plan: inForce, policy, probes } = sandbox.explain()
  const plan = linuxPlan(inForce)
  expect(probes.at(-1)).toMatchObject({ backend: plan.backend, available: true })
  expect(policy.cwd).toBe('/')
  plan.mounts.length = 0
  expect(sandbox.explain().plan).not.toEqual(plan)
  await sandbox.close()
})
