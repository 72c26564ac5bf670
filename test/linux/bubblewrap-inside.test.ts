/** What a command sees of how its sandbox was made: nothing that could be used. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { type BackendName, Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { buildCli } from '../support/cli.js'
import { linuxPlan } from '../support/linux.js'
import { carvedPolicyOf, makeTree } from './support/attempts.js'
import { onMachine } from './support/machine.js'
import { needBackends } from './support/need.js'
import { type Run, run, runIn } from './support/run.js'

beforeAll(buildCli)

async function inside(backend: BackendName, script: string) {
  const tree = makeTree()
  const sandbox = await Sandbox.create({
    policy: carvedPolicyOf(tree),
    cwd: tree.work,
    stateDirectory: tree.state,
    backend,
  })
  const { stdout } = await sandbox.exec('bash', ['-c', script])
  const plan = linuxPlan(sandbox.explain().plan)
  await sandbox.close()
  return { lines: stdout.split('\n').filter((line) => line !== ''), plan, tree }
}

/** Mount points of a mountinfo, proc(5). */
function mountPoints(mountinfo: readonly string[]): string[] {
  return mountinfo.map((line) => line.split(' ')[4] ?? '')
}

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('no file of the launcher: no process shows another program than the command', async () => {
    const { lines } = await inside(backend, 'ls -la /proc/[0-9]*/exe 2>/dev/null')
    const programs = lines.filter((line) => line.includes(' -> ')).map((line) => line.split(' -> ')[1])
    expect(programs.length).toBeGreaterThan(0)
    for (const program of programs) expect(program).toMatch(/\/(bash|ls)$/)
  })

  test('the first process can be neither read nor entered', async () => {
    const attempts = {
      exe: 'readlink /proc/$p/exe',
      root: 'ls /proc/$p/root/',
      cwd: 'ls /proc/$p/cwd/',
      descriptors: 'readlink /proc/$p/fd/*',
      memory: 'cat /proc/$p/maps | grep .',
      environment: 'cat /proc/$p/environ | grep -a .',
      namespace: 'readlink /proc/$p/ns/mnt',
    }
    const lines = Object.entries(attempts).map(([name, attempt]) => `(${attempt}) >/dev/null 2>&1 && echo $p ${name}`)
    const script = `for p in 1 $BASHPID; do\n${lines.join('\n')}\ndone`
    const seen = (await inside(backend, script)).lines.map((line) => line.split(' '))
    expect(seen.filter(([process]) => process === '1')).toEqual([])
    expect(seen.map(([, name]) => name)).toEqual(Object.keys(attempts))
  })

  test('the limits of the first process cannot be changed', async () => {
    const { lines } = await inside(
      backend,
      'ulimit -n 100 && echo own; prlimit --pid 1 --cpu=0 2>/dev/null && echo first',
    )
    expect(lines).toEqual(['own'])
  })

  test('three descriptors, whatever this program has open', async () => {
    const tree = makeTree()
    const given: Run = runIn(
      tree,
      carvedPolicyOf(tree),
      'for fd in /proc/self/fd/*; do echo ${fd##*/}; done; [ -e /proc/self/fd/9 ]',
    )
    given.options.backend = backend
    const control = async (_: unknown, path: string) => process.getBuiltinModule('node:fs').existsSync(path)
    const changes = [`descriptor=9:${tree.outside}`]
    expect(await onMachine({ changes }, control, '/proc/self/fd/9')).toBe(true)
    const { stdout, exitCode } = await onMachine({ changes }, run, given)
    // The last is the directory that the shell lists.
    expect(stdout.trim().split('\n')).toEqual(['0', '1', '2', '3'])
    expect(exitCode).toBe(1)
  })

  test('no mounts but those of the plan', async () => {
    const { lines, plan, tree } = await inside(backend, 'cat /proc/self/mountinfo')
    const host = mountPoints(readFileSync('/proc/self/mountinfo', 'utf8').split('\n'))
    const planned = plan.mounts.flatMap((step) => ('path' in step ? [step.path] : []))
    const made = (point: string) => /^\/(proc|dev|sys\/(class|devices\/virtual)\/net)(\/|$)/.test(point)
    const points = mountPoints(lines)
    const extra = points.filter((point) => !host.includes(point) && !planned.includes(point) && !made(point))
    expect(extra).toEqual([])
    expect(points).toContain(tree.work)
    for (const line of lines) expect(line).not.toMatch(/memfd|ringfence-helper/)
  })
})

describe('bubblewrap', () => {
  test('its arguments name no file of ours but the masks', async (context) => {
    await needBackends(context, ['bubblewrap'])
    const { plan, tree } = await inside('bubblewrap', 'true')
    const ours = plan.bubblewrap?.args.filter((argument) => argument.startsWith(tree.state)) ?? []
    expect(new Set(ours)).toEqual(new Set([tree.state, `${tree.state}/masks/dir`, `${tree.state}/masks/file`]))
  })
})
