/** Sandboxes over a fresh directory, gone at the end of the test. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type BackendName, type Policy, Sandbox, type SandboxOptions } from '../../lib/index.js'

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), 'ringfence-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export interface Workspace {
  sandbox: Sandbox
  /** The only writable root, and the cwd. */
  work: string
  /** Readable, not writable. */
  outside: string
}

/** A policy that every backend can enforce: no carve-outs in the writable root. */
export function plainPolicy(work: string, policy: Policy = {}): Policy {
  return {
    network: { mode: 'none' },
    ...policy,
    filesystem: { ':root': 'read', [work]: 'write', ...policy.filesystem },
    protections: { 'protected-paths': 'off', 'nested-repositories': 'off', ...policy.protections },
  }
}

export async function openWorkspace(
  backend: BackendName,
  policy?: Policy,
  options: Partial<SandboxOptions> = {},
): Promise<Workspace> {
  const work = temporaryDirectory()
  const outside = temporaryDirectory()
  // Not that of the user who runs the tests, who may not even be allowed to search all of it.
  const env = { ...process.env, PATH: '/usr/local/bin:/usr/bin:/bin' }
  const sandbox = await Sandbox.create({ policy: plainPolicy(work, policy), cwd: work, backend, env, ...options })
  onTestFinished(() => sandbox[Symbol.asyncDispose]())
  return { sandbox, work, outside }
}
