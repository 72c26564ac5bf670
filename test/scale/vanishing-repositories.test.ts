/**
 * Git repositories that other programs make and remove in a writable root, as it happens in every /tmp: what was found
 * when the sandbox was made is gone when a command starts, and something else is there.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { type BackendName, type ExecResult, Sandbox, SandboxError } from '../../lib/index.js'
import { homeDirectory } from '../programs/support/project.js'
import { describeBackends } from '../support/backends.js'

const MAKER = fileURLToPath(new URL('../fixtures/repositories-main.mjs', import.meta.url))

/**
 * The default policy, but for the machine's /tmp: sandboxes of other tests would hold places in what is removed here.
 * Instead it has a temporary directory that another program uses too.
 */
async function open(backend: BackendName, TMPDIR: string): Promise<Sandbox> {
  const sandbox = await Sandbox.create({
    policy: { extends: 'workspace-write', filesystem: { ':slash_tmp': 'read' } },
    cwd: homeDirectory(),
    env: { ...process.env, TMPDIR },
    backend,
  })
  onTestFinished(() => sandbox[Symbol.asyncDispose]())
  return sandbox
}

/**
 * bwrap looks up all paths first and mounts them one after the other; what vanishes in between ends it, before
 * anything of the command has run. That is for the caller to try again.
 */
async function execWithRetries(sandbox: Sandbox, script: string): Promise<ExecResult> {
  for (let retries = 0; ; retries++) {
    try {
      return await sandbox.exec('sh', ['-c', script])
    } catch (error) {
      const wasLate = error instanceof SandboxError && error.stage === 'linux.bubblewrap.setup'
      if (!wasLate || retries === 5) throw error
    }
  }
}

function git(...args: string[]): void {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always']
  execFileSync('git', [...identity, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** A repository with a worktree and a submodule, all below `directory`. */
function makeRepositories(directory: string): void {
  const [main, library] = [join(directory, 'main'), join(directory, 'deep/a/library')]
  for (const path of [main, library]) {
    mkdirSync(path, { recursive: true })
    git('init', '--quiet', path)
    git('-C', path, 'commit', '--quiet', '--allow-empty', '--message', 'first')
  }
  git('-C', main, 'submodule', '--quiet', 'add', library, 'sub')
  git('-C', main, 'worktree', 'add', '--quiet', join(directory, 'tree'))
}

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  const plant = 'echo x > "$TMPDIR/main/.git/hooks/post-checkout"'

  test('all of them gone, and some back', { timeout: 60_000 }, async () => {
    const temporary = homeDirectory()
    makeRepositories(temporary)
    const sandbox = await open(backend, temporary)
    const run = (script: string): Promise<ExecResult> => sandbox.exec('sh', ['-c', script])
    expect((await run(plant)).failed).toBe(true)
    for (const name of ['tree', 'deep', 'main']) {
      rmSync(join(temporary, name), { recursive: true })
      expect(await run('echo > "$TMPDIR/new" && rm "$TMPDIR/new"')).toMatchObject({ exitCode: 0, stderr: '' })
    }
    // As new ones of the host, they are protected again.
    makeRepositories(temporary)
    expect((await run(plant)).failed).toBe(true)
    expect(existsSync(join(temporary, 'main/.git/hooks/post-checkout'))).toBe(false)
    // The control: the command can write beside them.
    writeFileSync(join(temporary, 'main/file'), '')
    expect((await run('echo x > "$TMPDIR/main/file"')).failed).toBe(false)
  })

  test('removed while a command runs', { timeout: 60_000 }, async () => {
    const temporary = homeDirectory()
    makeRepositories(temporary)
    const sandbox = await open(backend, temporary)
    const child = sandbox.spawn('sh', ['-c', 'echo up; cat; echo > "$TMPDIR/new"'])
    await once(child.stdout, 'data')
    for (const name of ['tree', 'deep', 'main']) rmSync(join(temporary, name), { recursive: true })
    child.stdin.end()
    expect(await once(child, 'close')).toEqual([0, null])
    expect(existsSync(join(temporary, 'new'))).toBe(true)
  })

  test('made and removed all the time', { timeout: 180_000 }, async () => {
    const temporary = homeDirectory()
    const maker = spawn(process.execPath, [MAKER, temporary], { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => void maker.kill('SIGKILL'))
    const [up] = await once(maker.stdout.setEncoding('utf8'), 'data')
    expect(up).toBe('up\n')
    for (let round = 0; round < 15; round++) {
      const sandbox = await open(backend, temporary)
      for (let command = 0; command < 4; command++) {
        const script = 'sleep 0.05; rm "$(mktemp)"'
        const results = await Promise.all([1, 2].map(() => execWithRetries(sandbox, script)))
        for (const result of results) expect(result).toMatchObject({ exitCode: 0, stderr: '' })
      }
      await sandbox.close()
    }
    maker.stdin.end()
    const [made] = await once(maker.stdout, 'data')
    expect(Number(made)).toBeGreaterThan(50)
  })
})
