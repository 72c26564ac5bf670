/** `npm ci` from a cache without network, and `npm test` of what it installed. */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BackendName, Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { copyFixture, defaultFence, homeDirectory, PATH, run } from './support/project.js'
import { npmSettings, type Registry, startRegistry } from './support/registry.js'

let directory: string
let registry: Registry

beforeAll(async () => {
  directory = mkdtempSync(join(realpathSync(homedir()), '.ringfence-test-'))
  registry = await startRegistry(['picomatch', 'semver'], directory)
  copyFixture('small-package', join(directory, 'template'))
  await npm(join(directory, 'template'), ['install', '--ignore-scripts', '--registry', registry.url])
  rmSync(join(directory, 'template/node_modules'), { recursive: true })
}, 120_000)

afterAll(async () => {
  await registry.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Without the fence. The registry answers from this process, which must not stand still. */
function npm(cwd: string, args: readonly string[]) {
  return promisify(execFile)('npm', args, { cwd, env: { PATH, ...npmSettings(join(cwd, '.npm-cache')) } })
}

/** A package with a lock file, as it comes out of a clone, and a filled cache in it. */
function clonedPackage(): { work: string; cache: string; outside: string } {
  const outside = homeDirectory()
  const work = join(outside, 'work')
  cpSync(join(directory, 'template'), work, { recursive: true })
  registry.requests = 0
  return { work, cache: join(work, '.npm-cache'), outside }
}

function fence(backend: BackendName, work: string, cache: string): Promise<Sandbox> {
  return defaultFence(backend, work, { environment: { set: npmSettings(cache) } })
}

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('npm ci with install scripts, then npm test with a server on the loopback', { timeout: 120_000 }, async () => {
    const { work, cache } = clonedPackage()
    const sandbox = await fence(backend, work, cache)
    await run(sandbox, 'npm', ['ci', '--offline'])
    const { version } = JSON.parse(readFileSync(join(work, 'node_modules/picomatch/package.json'), 'utf8'))
    expect(version).toMatch(/^\d/)
    expect(readFileSync(join(work, 'installed'), 'utf8')).toBe('postinstall')
    expect(await run(sandbox, 'npm', ['test'])).toMatch(/^(#|ℹ) pass 2$/m)
    expect(await run(sandbox, 'npx', ['semver', '--range', '>=1', '1.2.3'])).toBe('1.2.3\n')
    // A second time, over what is there.
    await run(sandbox, 'npm', ['ci', '--offline'])
    expect(registry.requests).toBe(0)
  })

  test('npm ci from a cache that it cannot write', { timeout: 120_000 }, async () => {
    const { work, cache, outside } = clonedPackage()
    const readOnly = join(outside, 'npm-cache')
    renameSync(cache, readOnly)
    const sandbox = await fence(backend, work, readOnly)
    await run(sandbox, 'npm', ['ci', '--offline'])
    expect(existsSync(join(work, 'node_modules/semver/package.json'))).toBe(true)
  })

  test('npm ci without a cache does not reach the registry of the host', { timeout: 120_000 }, async () => {
    const { work, cache } = clonedPackage()
    rmSync(cache, { recursive: true })
    const args = ['ci', '--fetch-retries', '0', '--registry', registry.url]
    const sandbox = await fence(backend, work, cache)
    const { exitCode, stderr } = await sandbox.exec('npm', args)
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain('ECONNREFUSED')
    expect(registry.requests).toBe(0)
    expect(existsSync(join(work, 'node_modules/semver'))).toBe(false)
    // The control: without the fence it works.
    await npm(work, args)
    expect(registry.requests).toBeGreaterThan(0)
  })
})
