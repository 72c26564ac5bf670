/**
 * The backend landlock as on every kernel that has it, by capping the ABI: what it says that it enforces, it does, and
 * what a kernel cannot do is refused, or is said to be missing. Levels: Documentation/userspace-api/landlock.rst.
 */
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants as fsConstants, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Policy, Sandbox, type SandboxOptions } from '../../lib/index.js'
import { linuxBinding, linuxPlan } from '../support/linux.js'
import {
  attemptsOf,
  CARVED_FENCE,
  carvedPolicyOf,
  listenOnLoopback,
  makeTree,
  parseAttempts,
  plainPolicyOf,
  type Tree,
} from './support/attempts.js'
import { needBackends } from './support/need.js'

const KNOWN = [1, 2, 3, 4, 5, 6, 7]
const KERNEL = linuxBinding().kernelFacts().landlockAbi
const ABIS = KNOWN.filter((abi) => abi <= KERNEL)

beforeEach((context) => needBackends(context, ['landlock']))

function optionsOf(tree: Tree, maxAbi: number, policy: Policy): SandboxOptions {
  return { policy, cwd: tree.work, stateDirectory: tree.state, backend: 'landlock', landlock: { maxAbi } }
}

/** Does without what older ABIs cannot do. */
function lenient(tree: Tree, policy: Policy = {}): Policy {
  const plain = plainPolicyOf(tree)
  const protections = { ...plain.protections, 'file-writes': 'best-effort', processes: 'best-effort' } as const
  return { ...plain, ...policy, protections }
}

/** A process of the host, for commands to reach. */
function hostProcess(): number {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill())
  return child.pid ?? 0
}

interface Attempt {
  script: string
  /** The first ABI that refuses it; never: 8. */
  refusedFrom: number
  /** The first ABI with which it works. */
  worksFrom?: number
}

const ALWAYS = 1
const NEVER = 8

function attempts({ work, outside }: Tree, port: number, pid: number): Record<string, Attempt> {
  const socket = 'use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0) or exit 1'
  return {
    'write inside': { script: `echo x > ${work}/new`, refusedFrom: NEVER },
    'make and remove inside': {
      script: `cd ${work} && mkdir d && ln -s x d/l && mkfifo d/f && rm -r d`,
      refusedFrom: NEVER,
    },
    'rename inside': { script: `mv -T ${work}/docs/page ${work}/docs/other`, refusedFrom: NEVER },
    'link across directories': { script: `ln ${work}/.env ${work}/docs/tmp/env`, refusedFrom: NEVER, worksFrom: 2 },
    'write outside': { script: `echo x >> ${outside}/file`, refusedFrom: ALWAYS },
    'make outside': { script: `mkdir ${outside}/directory`, refusedFrom: ALWAYS },
    'link outside': { script: `ln -s x ${outside}/link`, refusedFrom: ALWAYS },
    'fifo outside': { script: `mkfifo ${outside}/fifo`, refusedFrom: ALWAYS },
    'move out': { script: `ln ${work}/docs/other ${outside}/other`, refusedFrom: ALWAYS },
    'move in': { script: `ln ${outside}/file ${work}/in`, refusedFrom: ALWAYS },
    'truncate outside': { script: `perl -e 'truncate("${outside}/file", 3) or exit 1'`, refusedFrom: 3 },
    'remove outside': { script: `rm -f ${outside}/file`, refusedFrom: ALWAYS },
    'TCP of the host': { script: `exec 9<>/dev/tcp/127.0.0.1/${port}`, refusedFrom: ALWAYS },
    'unix socket': { script: `perl -e '${socket}'`, refusedFrom: ALWAYS },
    'limits of a host process': { script: `prlimit --pid ${pid} --nofile=100:100`, refusedFrom: ALWAYS },
    'signal to a host process': { script: `kill -0 ${pid}`, refusedFrom: 6 },
  }
}

function scriptOf(table: Record<string, Attempt>): string {
  const lines = Object.entries(table).map(([name, { script }]) => `(${script}) >/dev/null 2>&1 && echo '${name}'`)
  return `${lines.join('\n')}\nexit 0`
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

describe.each(ABIS)('ABI %i', (abi) => {
  const lacking = [...(abi < 3 ? ['file-writes'] : []), ...(abi < 6 ? ['processes'] : [])]

  test('a strict policy is refused for what is missing, or in force', async () => {
    const tree = makeTree()
    const created = Sandbox.create(optionsOf(tree, abi, plainPolicyOf(tree)))
    if (lacking.length === 0) {
      const sandbox = await created
      expect(await sandbox.exec('true')).toMatchObject({ exitCode: 0 })
      return sandbox.close()
    }
    const error = await created.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SANDBOX_POLICY_UNENFORCEABLE', backend: 'landlock' })
    expect(error).toMatchObject({
      unenforceable: lacking.map((protection) => ({
        rule: `protections.${protection} = strict`,
        reason: expect.stringContaining(`ABI ${abi}`),
        enforcedBy: ['namespaces', 'bubblewrap'],
      })),
    })
  })

  test('what it enforces', async () => {
    const [tree, free] = [makeTree(), makeTree()]
    const [port, pid] = [await listenOnLoopback(), hostProcess()]
    const table = attempts(tree, port, pid)
    const sandbox = await Sandbox.create(optionsOf(tree, abi, lenient(tree)))
    const { stdout } = await sandbox.exec('bash', ['-c', scriptOf(table)])
    const expected = Object.entries(table).filter(
      ([, { refusedFrom, worksFrom = 0 }]) => abi < refusedFrom && abi >= worksFrom,
    )
    expect(linesOf(stdout)).toEqual(expected.map(([name]) => name))

    const plan = linuxPlan(sandbox.explain().plan)
    expect(plan.landlock?.abi).toBe(abi)
    const partial = Object.entries(plan.enforcement).filter(([, { level }]) => level === 'partial')
    expect(partial.map(([name]) => name)).toEqual(lacking)
    await sandbox.close()

    const unfenced = spawnSync('bash', ['-c', scriptOf(attempts(free, port, pid))], { encoding: 'utf8' })
    expect(linesOf(unfenced.stdout)).toEqual(Object.keys(table))
  })

  test('a read list', async () => {
    const tree = makeTree()
    const secret = join(tree.outside, 'file')
    const script = `cat ${tree.work}/.env && cat ${secret}; ls ${tree.outside}; ls / >/dev/null && echo root`
    const listed = { ':minimal': 'read', [tree.work]: 'write' } as const
    const sandbox = await Sandbox.create(optionsOf(tree, abi, lenient(tree, { filesystem: listed })))
    expect(await sandbox.exec('bash', ['-c', script])).toMatchObject({ stdout: 'content\n' })
    await sandbox.close()

    const open = { ...listed, ':root': 'read' } as const
    const control = await Sandbox.create(optionsOf(tree, abi, lenient(tree, { filesystem: open })))
    expect(await control.exec('bash', ['-c', script])).toMatchObject({ stdout: 'content\ncontent\nfile\nroot\n' })
    await control.close()
  })

  test('ioctls of devices that can only be read', async (context) => {
    const device = '/dev/net/tun'
    if (!isReadable(device)) context.skip(`${device} cannot be opened here`)
    const tree = makeTree()
    const script = `perl -e 'open(D, "<", "${device}") or exit 2; ioctl(D, 0x800454cf, my $b = "0000") or exit 1'`
    const sandbox = await Sandbox.create(optionsOf(tree, abi, lenient(tree)))
    expect(await sandbox.exec('bash', ['-c', script])).toMatchObject({ exitCode: abi < 5 ? 0 : 1 })
    await sandbox.close()
    expect(spawnSync('bash', ['-c', script]).status).toBe(0)
  })
})

describe.each([0, ...ABIS])('ABI %i as the second layer', (maxAbi) => {
  beforeEach((context) => needBackends(context, ['namespaces']))

  test('the mounted view holds', async () => {
    const tree = makeTree()
    const options = optionsOf(tree, maxAbi, carvedPolicyOf(tree))
    const sandbox = await Sandbox.create({ ...options, backend: 'namespaces' })
    // Renames across directories would fail with ABI 1.
    expect(linuxPlan(sandbox.explain().plan).landlock?.abi).toBe(maxAbi < 2 ? undefined : maxAbi)
    const { stdout } = await sandbox.exec('bash', ['-c', attemptsOf(tree, await listenOnLoopback())])
    expect(parseAttempts(stdout)).toEqual(CARVED_FENCE)
    writeFileSync(join(tree.work, 'moved'), '')
    const moved = await sandbox.exec('mv', [join(tree.work, 'moved'), join(tree.work, 'docs/tmp')])
    expect(moved).toMatchObject({ exitCode: 0, stderr: '' })
    await sandbox.close()
  })
})

function isReadable(path: string): boolean {
  try {
    accessSync(path, fsConstants.R_OK)
    return true
  } catch {
    return false
  }
}
