/** Placeholders where the roots of several sandboxes overlap: there as long as one needs them, then gone. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { type BackendName, Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { buildCli, CLI, ONLY_CWD } from '../support/cli.js'
import { temporaryDirectory } from '../support/sandboxes.js'

const STUBS = ['.agents', '.claude', '.codex', '.git', '.idea', '.mcp.json', '.vscode']

interface Tree {
  /** From the outermost to the innermost. */
  roots: [string, string, string]
  state: string
}

function makeTree(): Tree {
  const top = temporaryDirectory()
  const roots: Tree['roots'] = [join(top, 'root'), join(top, 'root/project'), join(top, 'root/project/packages/part')]
  mkdirSync(roots[2], { recursive: true })
  return { roots, state: join(top, 'state') }
}

/** Of the whole tree. */
const stubsIn = ({ roots }: Tree) =>
  readdirSync(roots[0], { recursive: true, encoding: 'utf8' })
    .filter((path) => STUBS.includes(path.split('/').at(-1) ?? ''))
    .sort()

const leasesIn = ({ state }: Tree) => readdirSync(join(state, 'stubs')).filter((name) => name.startsWith('lease-'))

const below = (prefix: string) => STUBS.map((name) => `${prefix}${name}`)

async function open(backend: BackendName, { state }: Tree, workspaceRoots: [string, ...string[]]): Promise<Sandbox> {
  const sandbox = await Sandbox.create({
    policy: { extends: 'read-only', filesystem: { ':workspace_roots': 'write' } },
    workspaceRoots,
    cwd: workspaceRoots[0],
    backend,
    stateDirectory: state,
  })
  onTestFinished(() => sandbox[Symbol.asyncDispose]())
  return sandbox
}

/** Runs until its input ends; tells first whether it could make something in a placeholder. */
async function hold(sandbox: Sandbox): Promise<() => Promise<void>> {
  const child = sandbox.spawn('sh', ['-c', 'mkdir .codex/x 2>/dev/null && echo made || echo refused; cat'])
  const [text] = await once(child.stdout.setEncoding('utf8'), 'data')
  expect(text).toBe('refused\n')
  return async () => {
    child.stdin.end()
    await once(child, 'close')
  }
}

beforeAll(buildCli, 120_000)

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('nested roots, closed from the outside in and from the inside out', { timeout: 60_000 }, async () => {
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
    ]) {
      const tree = makeTree()
      const [root, project, part] = tree.roots
      const [rootStubs, projectStubs, partStubs] = [below(''), below('project/'), below('project/packages/part/')]
      const held = [
        { sandbox: await open(backend, tree, [root]), stubs: rootStubs },
        { sandbox: await open(backend, tree, [project]), stubs: projectStubs },
        { sandbox: await open(backend, tree, [part]), stubs: partStubs },
        { sandbox: await open(backend, tree, [project, part]), stubs: [...projectStubs, ...partStubs] },
      ]
      const releases: Array<() => Promise<void>> = []
      for (const { sandbox } of held) releases.push(await hold(sandbox))
      expect(stubsIn(tree)).toEqual([...rootStubs, ...projectStubs, ...partStubs].sort())
      const stillOpen = new Set(held.keys())
      for (const index of order) {
        await releases[index]?.()
        await held[index]?.sandbox.close()
        stillOpen.delete(index)
        const needed = [...stillOpen].flatMap((other) => held[other]?.stubs ?? [])
        expect(stubsIn(tree)).toEqual(expect.arrayContaining(needed))
      }
      expect(stubsIn(tree)).toEqual([])
      expect(leasesIn(tree)).toEqual([])
    }
  })

  test('many sandboxes of one workspace, opened and closed all at once', { timeout: 120_000 }, async () => {
    const tree = makeTree()
    const lives = Array.from({ length: 24 }, async (_, number) => {
      const sandbox = await open(backend, tree, [tree.roots[number % 3] as string])
      for (let round = 0; round < 3; round++) {
        const { stdout } = await sandbox.exec('sh', ['-c', 'mkdir .codex/x .vscode/x 2>/dev/null || echo refused'])
        expect(stdout).toBe('refused\n')
      }
      await sandbox.close()
    })
    await Promise.all(lives)
    expect(stubsIn(tree)).toEqual([])
    expect(leasesIn(tree)).toEqual([])
  })

  test('another process holds them too, and when it is killed the next sandbox cleans up', {
    timeout: 60_000,
  }, async () => {
    const tree = makeTree()
    const [root] = tree.roots
    const own = await open(backend, tree, [root])
    const release = await hold(own)
    const args = [CLI, 'run', '--backend', backend, ...ONLY_CWD, '--', 'sh', '-c', 'echo up; cat']
    const env = { ...process.env, RINGFENCE_STATE_DIR: tree.state }
    const other = spawn(process.execPath, args, { cwd: root, env, stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => void other.kill('SIGKILL'))
    await once(other.stdout, 'data')
    await release()
    await own.close()
    expect(stubsIn(tree)).toEqual(below(''))
    other.kill('SIGKILL')
    await once(other, 'close')
    const next = await open(backend, tree, [root])
    await next.exec('true')
    await next.close()
    expect(stubsIn(tree)).toEqual([])
    expect(leasesIn(tree)).toEqual([])
  })
})
