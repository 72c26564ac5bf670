import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LinuxBinding } from '../../../lib/native/binding-types.js'

/** The loader as a new process would see it: it has loaded nothing yet. */
async function freshLoader() {
  vi.resetModules()
  return (await import('../../../lib/native/binding.js')).loadBinding
}

describe('loadBinding', () => {
  let temporary: string
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'ringfence-binding-'))
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.unstubAllGlobals()
    rmSync(temporary, { recursive: true, force: true })
  })

  test('loads the addon with its helper, once', async () => {
    const loadBinding = await freshLoader()
    const binding = loadBinding()
    expect((binding as LinuxBinding).kernelFacts()).toMatchObject({
      uid: process.getuid?.(),
      helperSource: expect.any(String),
    })
    expect(loadBinding()).toBe(binding)
  })

  test('loads nothing from outside the package', async () => {
    const folder = join(temporary, `prebuilds/${process.platform}-${process.arch}`)
    mkdirSync(folder, { recursive: true })
    copyFileSync('build/Release/ringfence.node', join(folder, 'ringfence.node'))
    vi.stubEnv('RINGFENCE_PREBUILD', temporary)
    const loadBinding = await freshLoader()
    expect(loadBinding).toThrow(
      expect.objectContaining({
        code: 'SANDBOX_HELPER_FAILED',
        stage: 'native.load',
        path: join(folder, 'ringfence.node'),
      }),
    )
  })

  test('names the platforms that it knows on one that it does not', async () => {
    vi.stubGlobal('process', { ...process, platform: 'sunos', arch: 'x64' })
    const loadBinding = await freshLoader()
    expect(loadBinding).toThrow(
      expect.objectContaining({
        code: 'SANDBOX_BACKEND_UNAVAILABLE',
        stage: 'native.platform',
        hint: expect.stringContaining('linux-x64'),
      }),
    )
  })
})
