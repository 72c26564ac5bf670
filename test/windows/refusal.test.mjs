// The addon as it is packaged. Where the token does not restrict, as under Wine, nothing may run; on Windows it has to.
import assert from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { importFrom, productPackage } from './support/packages.mjs'
import { underWine } from './support/wine.mjs'

const require = createRequire(import.meta.url)
const addon = require(require('node-gyp-build').path(productPackage))
const { Sandbox } = await importFrom(productPackage)

const policy = {
  extends: 'workspace-write',
  network: { mode: 'unrestricted' },
  protections: {
    'file-reads': 'best-effort',
    'unix-sockets': 'best-effort',
    processes: 'best-effort',
    'system-calls': 'best-effort',
  },
}

test('what it exports', () => {
  for (const name of ['prepare', 'spawn', 'closePlan', 'windowsFacts', 'checkToken', 'openInput', 'readOutput']) {
    assert.equal(typeof addon[name], 'function', name)
  }
  // Of tests.
  assert.equal(addon.pretendLedger, undefined)
})

test('the facts', () => {
  const { build, volumesWithoutAcls, interactive, elevated } = addon.windowsFacts()
  assert.ok(build >= 17763)
  assert.ok(Array.isArray(volumesWithoutAcls))
  assert.deepEqual([typeof interactive, typeof elevated], ['boolean', 'boolean'])
})

test('a token that does not restrict is found out', async () => {
  if (!underWine()) return await addon.checkToken()
  await assert.rejects(addon.checkToken(), (error) => {
    assert.match(error.stage, /^windows\.token\./)
    assert.equal(error.errno, 0)
    return true
  })
})

test('a sandbox is refused where the token does not restrict', async () => {
  const cwd = realpathSync.native(mkdtempSync(join(tmpdir(), 'ringfence-')))
  const stateDirectory = realpathSync.native(mkdtempSync(join(process.env.LOCALAPPDATA, 'ringfence-')))
  try {
    const created = Sandbox.create({ policy, cwd, stateDirectory })
    if (underWine()) {
      await assert.rejects(created, { name: 'SandboxError', code: 'SANDBOX_BACKEND_UNAVAILABLE' })
    } else {
      const sandbox = await created
      const { exitCode } = await sandbox.exec(process.execPath, ['-e', 'process.exit(7)'])
      assert.equal(exitCode, 7)
      await sandbox.close()
    }
  } finally {
    for (const path of [cwd, stateDirectory]) rmSync(path, { recursive: true, force: true, maxRetries: 5 })
  }
})

test('a pipe whose reader is gone', async () => {
  const [readEnd, writeEnd] = addon.pipe('write')
  const input = addon.openInput(writeEnd)
  addon.closeFd(readEnd)
  const error = await new Promise((done) => input.write(Buffer.from('x'), done))
  assert.equal(error.stage, 'windows.pipe.write')
  assert.ok([109, 232].includes(error.osCode), `code ${error.osCode}`)
  assert.equal(error.osCodeKind, 'win32')
  input.destroy()
})
