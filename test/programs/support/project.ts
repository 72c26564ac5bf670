/** Projects as people have them: outside of the temporary directories, with the default fence around them. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished, type TestContext } from 'vitest'
import { type BackendName, type ExecOptions, type ExecResult, type Policy, Sandbox } from '../../../lib/index.js'

const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url))

/** Programs of the system and the Node that runs the tests: version managers' shims need files of the user's. */
export const PATH = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'].join(
  delimiter,
)

/** Below the home directory, where the default policy lets nothing be written but the workspace. */
export function homeDirectory(): string {
  const directory = mkdtempSync(join(realpathSync(homedir()), '.ringfence-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export function fixturePath(name: string): string {
  return join(FIXTURES, name)
}

export function copyFixture(name: string, to: string): void {
  cpSync(fixturePath(name), to, { recursive: true })
}

/** Files by path, with their directories. */
export function writeFiles(root: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

/**
 * The preset `workspace-write` on `cwd`, with what `policy` adds to it, and a temporary directory of its own. Not the
 * machine's: there other tests come and go, some with placeholders that this sandbox does not know of.
 */
export async function defaultFence(backend: BackendName, cwd: string, policy: Policy = {}): Promise<Sandbox> {
  const sandbox = await Sandbox.create({
    policy: {
      extends: 'workspace-write',
      ...policy,
      filesystem: { ':slash_tmp': 'read', ...policy.filesystem },
    },
    cwd,
    backend,
    env: { ...process.env, PATH, TMPDIR: homeDirectory() },
  })
  onTestFinished(() => sandbox[Symbol.asyncDispose]())
  return sandbox
}

/** The output of a program that has to succeed. */
export async function run(
  sandbox: Sandbox,
  command: string,
  args: readonly string[] = [],
  options: ExecOptions = {},
): Promise<string> {
  const result = await sandbox.exec(command, args, { timeout: 120_000, ...options, encoding: 'utf8' })
  if (result.failed) throw new Error(`${[command, ...args].join(' ')}: ${describe(result)}`)
  return result.stdout
}

function describe({ exitCode, signal, timedOut, stdout, stderr }: ExecResult): string {
  return `${timedOut ? 'timed out, ' : ''}exit code ${exitCode}, signal ${signal}\n${stdout}\n${stderr}`
}

/** The same program without the fence. */
export function onHost(
  cwd: string,
  command: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): string {
  return execFileSync(command, args, {
    cwd,
    env: { ...process.env, PATH, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Skips loudly where a program is not installed. */
export function needProgram(context: TestContext, name: string): void {
  if (spawnSync('sh', ['-c', `command -v ${name}`], { env: { PATH } }).status !== 0) {
    context.skip(`${name} is not installed`)
  }
}
