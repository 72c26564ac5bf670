// What commands leave behind in this process and on its files: nothing but what is meant to stay.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { addon, withSandbox } from '../support/pretend.mjs'

const { pretendLedger } = addon

test('the second launch writes no ACL, the first does', async () => {
  await withSandbox(async (sandbox, cwd) => {
    mkdirSync(join(cwd, '.git'))
    const before = pretendLedger().daclWrites
    assert.equal((await sandbox.exec('cmd.exe', ['/d', '/c', 'exit'])).exitCode, 0)
    const first = pretendLedger().daclWrites
    assert.ok(first > before, 'the first launch wrote nothing')
    assert.equal((await sandbox.exec('cmd.exe', ['/d', '/c', 'exit'])).exitCode, 0)
    assert.equal(pretendLedger().daclWrites, first)
  })
})

test('placeholders go with the sandbox', async () => {
  let placeholder
  await withSandbox(async (sandbox, cwd) => {
    placeholder = join(cwd, '.git')
    assert.equal((await sandbox.exec('cmd.exe', ['/d', '/c', 'exit'])).exitCode, 0)
    assert.equal(existsSync(placeholder), true)
    await sandbox.close()
    assert.equal(existsSync(placeholder), false)
  })
})

test('no handle stays open, however many commands there were', async () => {
  await withSandbox(async (sandbox) => {
    const run = async (count) => {
      for (let i = 0; i < count; i += 10) {
        await Promise.all(Array.from({ length: 10 }, () => sandbox.exec('cmd.exe', ['/d', '/c', 'echo'])))
      }
    }
    await run(20)
    const before = pretendLedger().handles
    await run(180)
    const grown = pretendLedger().handles - before
    assert.ok(grown < 20, `${grown} handles more`)
  })
})
