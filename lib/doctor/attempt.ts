/** Tries an action inside a fence, and without one as the control. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { BackendName, Plan } from '../plan/types.js'
import { type AccessInput, type Policy, PROTECTIONS, type Protection } from '../policy/types.js'
import { Sandbox } from '../sandbox.js'
import { ATTEMPT_EXIT } from './attempt-exit.js'

export interface AttemptOutcome {
  allowed: boolean
  /** `allowed`, or the errno name of the refusal. */
  detail: string
}

export interface FencedOutcome extends AttemptOutcome {
  plan: Plan
}

export interface FenceOptions {
  backend: BackendName
  /** Demanded strictly. */
  protections: readonly Protection[]
  cwd: string
  /** Added to: everything may be read, nothing written. */
  filesystem: Record<string, AccessInput>
}

const ATTEMPT_TIMEOUT_MS = 30_000

export function attemptCommand(...args: string[]): [string, ...string[]] {
  return [process.execPath, fileURLToPath(new URL('./attempt-main.js', import.meta.url)), ...args]
}

/** A command that does nothing but end with this code. */
export function exitCommand(code: number): [file: string, args: string[]] {
  if (process.platform !== 'win32') return ['/bin/sh', ['-c', `exit ${code}`]]
  const [file, ...args] = attemptCommand('exit', String(code))
  return [file, args]
}

/** Runs one attempt in a sandbox of its own. Throws SandboxError when it could not run, Error when it says nothing. */
export async function attemptFenced(options: FenceOptions, ...args: string[]): Promise<FencedOutcome> {
  const sandbox = await Sandbox.create({ policy: checkPolicy(options), cwd: options.cwd, backend: options.backend })
  try {
    const [file, ...rest] = attemptCommand(...args)
    const result = await sandbox.exec(file, rest, { timeout: ATTEMPT_TIMEOUT_MS })
    const { plan } = sandbox.explain()
    return { ...outcome(result.exitCode, result.signal, result.stdout, result.stderr), plan }
  } finally {
    await sandbox.close()
  }
}

/** The same attempt without a fence. */
export function attemptFree(cwd: string, ...args: string[]): Promise<AttemptOutcome> {
  const [file, ...rest] = attemptCommand(...args)
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: ATTEMPT_TIMEOUT_MS })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      try {
        resolve(outcome(code, signal, stdout, stderr))
      } catch (error) {
        reject(error)
      }
    })
  })
}

function checkPolicy(options: Pick<FenceOptions, 'filesystem' | 'protections'>): Policy {
  const protections = Object.fromEntries(
    PROTECTIONS.map((protection) => [protection, options.protections.includes(protection) ? 'strict' : 'best-effort']),
  ) as Policy['protections']
  return {
    filesystem: { ':root': 'read', ...options.filesystem },
    network: { mode: 'none' },
    ...(protections !== undefined && { protections }),
  }
}

function outcome(code: number | null, signal: string | null, stdout: string, stderr: string): AttemptOutcome {
  if (code === ATTEMPT_EXIT.allowed) return { allowed: true, detail: 'allowed' }
  const lastLine = stdout.trim().split('\n').at(-1) ?? ''
  if (code === ATTEMPT_EXIT.refused) return { allowed: false, detail: lastLine }
  const ended = signal !== null ? `ended by ${signal}` : `ended with ${code}`
  throw new Error(
    `the attempt says nothing: it ${ended}: ${lastLine || stderr.trim().split('\n').at(-1) || 'no output'}`,
  )
}
