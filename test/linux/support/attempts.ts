/** A small tree with one thing of each kind that a policy protects, and a script that tries each. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Policy } from '../../../lib/index.js'

export interface Tree {
  /** The writable root, and the cwd. */
  work: string
  /** Readable, not writable. */
  outside: string
  /** For ringfence's own state. */
  state: string
}

export function makeTree(): Tree {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'ringfence-machine-')))
  onTestFinished(() => rmSync(top, { recursive: true, force: true }))
  const tree = { work: join(top, 'work'), outside: join(top, 'outside'), state: join(top, 'state') }
  for (const directory of ['work/docs/tmp', 'work/secret', 'outside']) {
    mkdirSync(join(top, directory), { recursive: true })
  }
  for (const file of ['work/docs/page', 'work/secret/key', 'work/.env', 'outside/file']) {
    writeFileSync(join(top, file), 'content\n')
  }
  return tree
}

/** Nothing is taken away inside a tree, so that every backend enforces it. */
export function plainPolicyOf({ work }: Tree): Policy {
  return {
    filesystem: { ':root': 'read', [work]: 'write' },
    network: { mode: 'none' },
    protections: { 'protected-paths': 'off', 'nested-repositories': 'off' },
  }
}

/** A read-only subpath with a writable one below, a denied directory and file, and what is built in. */
export function carvedPolicyOf({ work }: Tree): Policy {
  return {
    filesystem: {
      ':root': 'read',
      [work]: 'write',
      [join(work, 'docs')]: 'read',
      [join(work, 'docs/tmp')]: 'write',
      [join(work, 'secret')]: 'none',
      [join(work, '.env')]: 'none',
    },
    network: { mode: 'none' },
  }
}

/** What attempts() says of a command that nothing holds back, but for what only a fence gives. */
export const UNFENCED = {
  inside: 'ok',
  outside: 'ok',
  docs: 'ok',
  reopened: 'ok',
  secret: 'ok',
  env: 'ok',
  git: 'ok',
  host: 'ok',
  process: 'ok',
}

export const PLAIN_FENCE = { ...UNFENCED, outside: 'no', host: 'no', process: 'no' }

export const CARVED_FENCE = { ...PLAIN_FENCE, docs: 'no', secret: 'no', env: 'no', git: 'no' }

export type Attempts = typeof UNFENCED

/** Tries everything, and ends with 7. */
export function attemptsOf({ work, outside }: Tree, port: number): string {
  const attempts: Record<keyof Attempts, string> = {
    inside: `echo x > ${work}/new`,
    outside: `echo x > ${outside}/new`,
    docs: `echo x > ${work}/docs/new`,
    reopened: `echo x > ${work}/docs/tmp/new`,
    secret: `cat ${work}/secret/key`,
    env: `cat ${work}/.env`,
    git: `mkdir -p ${work}/.git/hooks`,
    host: `exec 9<>/dev/tcp/127.0.0.1/${port}`,
    process: `kill -0 ${process.pid}`,
  }
  const lines = Object.entries(attempts).map(
    ([name, attempt]) => `if (${attempt}) >/dev/null 2>&1; then echo ${name}=ok; else echo ${name}=no; fi`,
  )
  return [...lines, 'exit 7'].join('\n')
}

export function parseAttempts(stdout: string): Attempts {
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')),
  )
}

/** A server of the host, for a sandboxed command to miss. */
export async function listenOnLoopback(): Promise<number> {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
