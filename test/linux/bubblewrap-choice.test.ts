/** Which bwrap is used: never one that a sandboxed command could have put there. None: said once, and done without. */
import { channel } from 'node:diagnostics_channel'
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { probe, Sandbox, type SandboxOptions } from '../../lib/index.js'
import { buildCli } from '../support/cli.js'
import { linuxPlan } from '../support/linux.js'
import { temporaryDirectory } from '../support/sandboxes.js'
import { makeTree, plainPolicyOf, type Tree } from './support/attempts.js'
import { onMachine, type Ringfence } from './support/machine.js'
import { needBackends } from './support/need.js'
import { makeBubblewrap, realBubblewrap } from './support/old-bubblewrap.js'

function setPath(...directories: string[]): void {
  const before = process.env.PATH
  process.env.PATH = directories.join(':')
  onTestFinished(() => {
    process.env.PATH = before
  })
}

describe('no bwrap on PATH', () => {
  test('the backend is not available, and says what to install', async () => {
    setPath(temporaryDirectory())
    const { state } = makeTree()
    const { backends, warnings } = await probe({ order: ['bubblewrap'], stateDirectory: state })
    expect(backends).toMatchObject([
      { available: false, stage: 'linux.bubblewrap.find', hint: expect.stringContaining('install') },
    ])
    expect(backends[0]).not.toHaveProperty('errno')
    expect(warnings).toEqual([expect.stringContaining('bubblewrap is not installed')])
  })

  test('a bwrap that was named and is not there: the path is in the error', async () => {
    const bubblewrapPath = join(temporaryDirectory(), 'bwrap')
    const { work, state } = makeTree()
    const options: SandboxOptions = { policy: 'read-only', cwd: work, stateDirectory: state, bubblewrapPath }
    await expect(Sandbox.create({ ...options, backend: 'bubblewrap' })).rejects.toMatchObject({
      code: 'SANDBOX_BACKEND_UNAVAILABLE',
      stage: 'linux.bubblewrap.find',
      path: bubblewrapPath,
    })
  })

  test('one warning for the whole process', async () => {
    buildCli()
    const { state } = makeTree()
    const body = async ({ probe }: Ringfence, stateDirectory: string) => {
      const diagnostics = process.getBuiltinModule('node:diagnostics_channel')
      const seen: unknown[] = []
      diagnostics.subscribe('ringfence:warning', (message) => seen.push(message))
      for (let i = 0; i < 3; i++) await probe({ order: ['bubblewrap'], stateDirectory })
      return seen
    }
    const seen = await onMachine({ env: { PATH: temporaryDirectory() } }, body, state)
    expect(seen).toEqual([{ message: expect.stringContaining('bubblewrap is not installed') }])
    expect(channel('ringfence:warning').hasSubscribers).toBe(false)
  })

  test('auto needs none where namespaces can be made', async (context) => {
    await needBackends(context, ['namespaces'])
    setPath(temporaryDirectory())
    const { work, state } = makeTree()
    const sandbox = await Sandbox.create({ policy: 'read-only', cwd: work, stateDirectory: state })
    expect(sandbox.explain().plan.backend).toBe('namespaces')
    expect(sandbox.warnings).toEqual([])
    await sandbox.close()
  })
})

describe('several bwraps on PATH', () => {
  beforeAll(buildCli)
  beforeEach((context) => needBackends(context, ['bubblewrap']))

  /** The bwrap that a sandbox over `tree` uses. */
  async function chosen(tree: Tree, options: Partial<SandboxOptions> = {}): Promise<string | undefined> {
    const policy = plainPolicyOf(tree)
    const all: SandboxOptions = {
      policy,
      cwd: tree.work,
      stateDirectory: tree.state,
      backend: 'bubblewrap',
      ...options,
    }
    const sandbox = await Sandbox.create(all)
    const { executable } = linuxPlan(sandbox.explain().plan).bubblewrap ?? {}
    expect(await sandbox.exec('true')).toMatchObject({ exitCode: 0 })
    await sandbox.close()
    return executable
  }

  function planted(directory: string): { executable: string; ran: string } {
    mkdirSync(directory, { recursive: true })
    const ran = join(dirname(directory), 'ran')
    const executable = makeBubblewrap(directory, { before: `touch ${ran}` })
    return { executable, ran }
  }

  const real = () => dirname(realBubblewrap())

  test('the first is used, wherever it is that no command can write', async () => {
    const { executable, ran } = planted(join(temporaryDirectory(), 'bin'))
    setPath(dirname(executable), real(), '/bin')
    expect(await chosen(makeTree())).toBe(executable)
    expect(existsSync(ran)).toBe(true)
  })

  test('one below a writable root is passed over', async () => {
    const tree = makeTree()
    const { executable, ran } = planted(join(tree.work, 'bin'))
    setPath(dirname(executable), real(), '/bin')
    expect(await chosen(tree)).toBe(realBubblewrap())
    expect(existsSync(ran)).toBe(false)
  })

  test('one below the working directory is passed over, also where the policy opens nothing', async () => {
    const tree = makeTree()
    const { executable, ran } = planted(join(tree.work, 'node_modules/.bin'))
    setPath(dirname(executable), real(), '/bin')
    expect(await chosen(tree, { policy: 'read-only' })).toBe(realBubblewrap())
    expect(existsSync(ran)).toBe(false)
  })

  test('one below another writable root is passed over', async () => {
    const tree = makeTree()
    const { executable, ran } = planted(join(tree.outside, 'bin'))
    setPath(dirname(executable), real(), '/bin')
    const policy = { ...plainPolicyOf(tree), filesystem: { ':root': 'read', [tree.outside]: 'write' } } as const
    expect(await chosen(tree, { policy })).toBe(realBubblewrap())
    expect(existsSync(ran)).toBe(false)
  })

  test('a link from a trusted directory into a writable root is passed over', async () => {
    const tree = makeTree()
    const { executable, ran } = planted(join(tree.work, 'bin'))
    const trusted = temporaryDirectory()
    symlinkSync(executable, join(trusted, 'bwrap'))
    setPath(trusted, real(), '/bin')
    expect(await chosen(tree)).toBe(realBubblewrap())
    expect(existsSync(ran)).toBe(false)
  })

  test('a writable directory that is on PATH by another name is passed over', async () => {
    const tree = makeTree()
    const { executable, ran } = planted(join(tree.work, 'bin'))
    const alias = join(temporaryDirectory(), 'alias')
    symlinkSync(dirname(executable), alias)
    setPath(alias, real(), '/bin')
    expect(await chosen(tree)).toBe(realBubblewrap())
    expect(existsSync(ran)).toBe(false)
  })

  test('relative and empty entries of PATH are not searched, and what cannot be executed is not taken', async () => {
    const tree = makeTree()
    const { executable, ran } = planted(join(tree.work, 'bin'))
    const plain = temporaryDirectory()
    writeFileSync(join(plain, 'bwrap'), '')
    chmodSync(join(plain, 'bwrap'), 0o644)
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'bwrap'))
    const body = async ({ probe }: Ringfence, stateDirectory: string) =>
      (await probe({ order: ['bubblewrap'], stateDirectory })).backends
    const PATH = ['', '.', 'bin', '..', plain, directory, real()].join(':')
    const [found] = await onMachine({ env: { PATH }, cwd: dirname(executable) }, body, tree.state)
    expect(found).toMatchObject({ available: true, details: { executable: realBubblewrap() } })
    expect(existsSync(ran)).toBe(false)
  })
})
