/** Workspaces with the built-in protections in force, which openWorkspace() leaves out for Landlock's sake. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type BackendName, type Policy, Sandbox, type SandboxOptions } from '../../../lib/index.js'
import { temporaryDirectory } from '../../support/sandboxes.js'

export interface ProtectedWorkspace {
  work: string
  open(policy?: Policy, options?: Partial<SandboxOptions>): Promise<Sandbox>
}

/** For what has to be there before the sandbox is made: fill `work`, then open(). */
export function protectedWorkspace(backend: BackendName, work: string = temporaryDirectory()): ProtectedWorkspace {
  return {
    work,
    async open(policy = {}, options = {}) {
      const filesystem = { ':root': 'read', [work]: 'write', ...policy.filesystem } as const
      const sandbox = await Sandbox.create({ policy: { ...policy, filesystem }, cwd: work, backend, ...options })
      onTestFinished(() => sandbox[Symbol.asyncDispose]())
      return sandbox
    },
  }
}

/** Files by path, with their directories. */
export function writeFiles(root: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, content)
  }
}

/** git, without what the user and the machine have configured. */
export function git(cwd: string, ...args: string[]): string {
  const identity = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
  }
  const env = {
    PATH: process.env.PATH,
    HOME: cwd,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    ...identity,
  }
  return execFileSync('git', ['-c', 'protocol.file.allow=always', ...args], { cwd, env, encoding: 'utf8' })
}
