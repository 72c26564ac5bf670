// What a strict token takes from programs that open devices by name, which lets everyone write, and what "best-effort"
// gives back. What only Windows can tell is recorded.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertAll, verdictInside } from '../support/attempts.mjs'
import { record, withFence } from '../support/fence.mjs'
import { pythonFor } from '../support/tools.mjs'

const LEVELS = ['strict', 'best-effort']

const programs = {
  'cmd.exe: >nul': ['cmd.exe', ['/d', '/c', 'echo hello>nul']],
  'node: stdio "ignore" of its commands': [
    process.execPath,
    [
      '-e',
      `const { error, status } = require('node:child_process').spawnSync('cmd.exe', ['/d', '/c', 'exit'], { stdio: 'ignore' })
       if (error) throw error
       process.exitCode = status`,
    ],
  ],
  PowerShell: ['powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', "'hel' + 'lo' | Write-Output"]],
}

/** In words. */
async function outcome(sandbox, [program, args]) {
  const { exitCode, stdout, stderr } = await sandbox.exec(program, args, { timeout: 120_000 })
  if (exitCode === 0) return 'works'
  const lines = `${stdout}${stderr}`.trim().split(/\r?\n/)
  return `exit code 0x${(exitCode ?? -1).toString(16)}: ${lines.at(-1)}`
}

for (const level of LEVELS) {
  test(`file-writes "${level}": programs that open NUL, and PowerShell`, async (t) => {
    const python = pythonFor(t)
    if (python === undefined) return
    await withFence({ protections: { 'file-writes': level } }, async (fence) => {
      const outcomes = new Map()
      for (const [name, command] of Object.entries(programs)) outcomes.set(name, await outcome(fence.sandbox, command))
      const pattern = [join(fence.programs, 'patterns.py'), 'NUL', fence.work]
      const devnull = await verdictInside(fence, python, pattern)
      outcomes.set('Python: os.devnull', devnull === 'allowed' ? 'works' : devnull)
      for (const [name, text] of outcomes) record(`file-writes "${level}", ${name}: ${text}`)
      if (level === 'best-effort') {
        assert.deepEqual(
          [...outcomes.values()],
          [...outcomes.keys()].map(() => 'works'),
        )
      }
    })
  })

  test(`file-writes "${level}": is reported as it is, and holds outside of roots`, async () => {
    await withFence({ protections: { 'file-writes': level } }, async (fence) => {
      const { enforcement } = fence.sandbox.explain().plan
      assert.equal(enforcement['file-writes'].level, level === 'strict' ? 'full' : 'partial')
      await assertAll('denied', fence, [['create', join(fence.outside, 'new')]])
      await assertAll('allowed', fence, [['create', join(fence.work, 'new')]])
    })
  })
}

test('Python from 3.12.4 on gives temporary directories an ACL of their own, which no capability SID is in', async (t) => {
  const python = process.env.RINGFENCE_TEST_NEWER_PYTHON
  if (python === undefined || python === '') return t.skip('RINGFENCE_TEST_NEWER_PYTHON does not name one')
  await withFence({}, async (fence) => {
    const program = join(fence.programs, 'patterns.py')
    // The control: it is nothing else of this Python.
    assert.equal(await verdictInside(fence, python, [program, 'os.replace', fence.work]), 'allowed')
    record(
      `newer Python, TemporaryDirectory: ${await verdictInside(fence, python, [program, 'TemporaryDirectory', fence.work])}`,
    )
  })
})
