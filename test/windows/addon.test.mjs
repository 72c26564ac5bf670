// The package, and its addon in a host program: Windows' node.exe as it is, and copied to the name that Electron's has.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { importFrom, productPackage } from './support/packages.mjs'

const require = createRequire(import.meta.url)
const addon = require('node-gyp-build').path(productPackage)
let directory

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'ringfence-addon-'))
})
after(() => rmSync(directory, { recursive: true, force: true }))

const script = `console.log(JSON.stringify(require(${JSON.stringify(addon)}).windowsFacts().build))`

function buildSeenBy(host) {
  const { status, stdout, stderr } = spawnSync(host, ['-e', script], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout)
}

test('it is the one that was built for Windows', () => {
  assert.equal(addon, join(productPackage, `prebuilds/win32-${process.arch}/ringfence.node`))
})

test('node.exe loads it, and it calls Windows', () => {
  assert.ok(buildSeenBy(process.execPath) >= 10240)
})

test('a host of another name loads it', () => {
  const host = join(directory, 'electron.exe')
  copyFileSync(process.execPath, host)
  assert.equal(buildSeenBy(host), buildSeenBy(process.execPath))
})

test('the package can be imported', async () => {
  const { Sandbox } = await importFrom(productPackage)
  assert.equal(typeof Sandbox.create, 'function')
})
