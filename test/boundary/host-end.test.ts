/** The program that started a command comes to its end: nothing of the command stays. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type BackendName, Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { temporaryDirectory } from '../support/sandboxes.js'

const MAIN = fileURLToPath(new URL('../fixtures/host-main.mjs', import.meta.url))

/** Resolves when the command beats. */
async function startHost(way: string, backend: BackendName, cwd: string): Promise<ChildProcess> {
  const host = spawn(process.execPath, [MAIN, way, backend, cwd], { stdio: ['ignore', 'pipe', 'pipe'] })
  const errors = buffer(host.stderr)
  const ended = once(host, 'exit').then(async () => {
    throw new Error(`the host ended before its command was up: ${await errors}`)
  })
  await Promise.race([once(host.stdout, 'data'), ended])
  ended.catch(() => {})
  return host
}

async function isBeating(cwd: string): Promise<boolean> {
  const size = () => readFileSync(join(cwd, 'beats')).length
  const before = size()
  await delay(200)
  return size() > before
}

async function hasStopped(cwd: string): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt++) if (!(await isBeating(cwd))) return true
  return false
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each(['exit', 'throw', 'unref'])('a host that ends by %s', async (way) => {
    const cwd = temporaryDirectory()
    const host = await startHost(way, backend, cwd)
    if (host.exitCode === null) await once(host, 'exit')
    expect(await hasStopped(cwd)).toBe(true)
    expect(readdirSync(cwd)).toEqual(['beats'])
  })

  test('a host that is killed', async () => {
    const cwd = temporaryDirectory()
    const host = await startHost('wait', backend, cwd)
    // Control: with the host alive the command lives.
    expect(await isBeating(cwd)).toBe(true)
    host.kill('SIGKILL')
    await once(host, 'exit')
    expect(await hasStopped(cwd)).toBe(true)
  })

  test('a worker that is terminated, while its process lives on', async () => {
    const cwd = temporaryDirectory()
    const host = await startHost('worker', backend, cwd)
    expect(await hasStopped(cwd)).toBe(true)
    expect(host.exitCode).toBeNull()
    host.kill()
    await once(host, 'exit')
    expect(readdirSync(cwd)).toEqual(['beats'])
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('what a killed host left is removed by the next sandbox', async () => {
    const cwd = temporaryDirectory()
    const host = await startHost('wait', backend, cwd)
    expect(existsSync(join(cwd, '.codex'))).toBe(true)
    host.kill('SIGKILL')
    await once(host, 'exit')
    await hasStopped(cwd)
    const sandbox = await Sandbox.create({ policy: 'read-only', cwd: '/', backend })
    expect(readdirSync(cwd)).toEqual(['beats'])
    await sandbox.close()
  })
})
