/** Runs the built command `ringfence`, and builds it first when a source is newer. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export const CLI = join(ROOT, 'dist/cli/main.js')

export interface CliResult {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface CliOptions {
  cwd?: string
  env?: Record<string, string>
  input?: string
}

/** For `beforeAll`. Test files that run at the same time build one after the other. */
export function buildCli(): void {
  if (isBuilt()) return
  execFileSync('flock', [join(ROOT, 'tsconfig.build.json'), 'npm', 'run', '--silent', 'build:ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

function isBuilt(): boolean {
  const built = statSync(CLI, { throwIfNoEntry: false })
  if (built === undefined) return false
  const sources = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
  return sources.every((name) => !name.endsWith('.ts') || statSync(join(ROOT, 'lib', name)).mtimeMs <= built.mtimeMs)
}

export function startRingfence(args: readonly string[], options: CliOptions = {}) {
  const child = spawn(process.execPath, [CLI, ...args], {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: 'pipe',
  })
  const result: CliResult = { code: null, signal: null, stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    result.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    result.stderr += text
  })
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ ...result, code, signal }))
  })
  return { child, result, ended }
}

export function ringfence(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { child, ended } = startRingfence(args, options)
  // A command that does not read may be gone before all is written.
  child.stdin.on('error', () => child.stdin.destroy()).end(options.input ?? '')
  return ended
}

/** Directories of one test: `work` to run in, `outside` where the default policy lets nothing be written. */
export interface Scratch {
  work: string
  outside: string
  remove(): void
}

/**
 * Options that open the cwd and nothing else. The default policy also opens the temporary directories, where other
 * tests come and go; what is not about it runs under this.
 */
export const ONLY_CWD = ['--policy', 'read-only', '--write', ':cwd']

export function makeScratch(): Scratch {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'rf-cli-')))
  const work = join(top, 'work')
  mkdirSync(work)
  // Not below the temporary directories: those are writable.
  const outside = realpathSync(mkdtempSync(join(homedir(), '.rf-cli-')))
  return {
    work,
    outside,
    remove() {
      rmSync(top, { recursive: true, force: true })
      rmSync(outside, { recursive: true, force: true })
    },
  }
}
