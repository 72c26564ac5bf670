// What coding agents need, and what they are kept from, by the public API on real Windows.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertAll, attempt, attemptOutside, verdictInside } from '../support/attempts.mjs'
import { contentOf, withFence } from '../support/fence.mjs'
import { gitFor, pytestFor, pythonFor } from '../support/tools.mjs'

test('workspace, temporary directory and an added directory are writable, also in what is made there', async () => {
  const prepare = ({ added }) => ({ files: { [added]: 'write' } })
  await withFence({ prepare }, async (fence) => {
    for (const root of [fence.work, fence.temp, fence.added]) {
      await assertAll('allowed', fence, [
        ['create', join(root, 'new')],
        ['overwrite', join(root, 'file')],
        ['append', join(root, 'file')],
        ['rename', join(root, 'new'), join(root, 'file')],
        ['put', join(root, 'a', 'b', 'c')],
        ['rename', join(root, 'a'), join(root, 'd')],
        ['remove', join(root, 'd', 'b', 'c')],
        ['remove-directory', join(root, 'd', 'b')],
        ['remove', join(root, 'file')],
      ])
    }
    // Without the rule it is a directory like any other.
    await assertAll('denied', fence, [['create', join(fence.outside, 'new')]])
  })
})

test('an added directory that is not added is not writable', async () => {
  await withFence({}, async (fence) => {
    await assertAll('denied', fence, [['create', join(fence.added, 'new')]])
    await assertAll('allowed', fence, [['create', join(fence.work, 'new')]])
  })
})

test('nothing is written outside, by no operation; the host can', async () => {
  await withFence({}, async (fence) => {
    const file = join(fence.outside, 'file')
    const attempts = [
      ['create', join(fence.outside, 'new')],
      ['put', join(fence.outside, 'directory', 'new')],
      ['overwrite', file],
      ['append', file],
      ['read-only-flag', file],
      ['rename', file, join(fence.outside, 'renamed')],
      ['rename', file, join(fence.work, 'taken')],
      ['remove', file],
    ]
    await assertAll('denied', fence, attempts)
    assert.equal(contentOf(file), 'outside')
    assert.equal(contentOf(join(fence.work, 'taken')), undefined)
    // Moving a file in takes no right of the place where it was.
    assert.equal(await attempt(fence, 'rename', join(fence.work, 'file'), join(fence.outside, 'moved')), 'denied')
    assert.equal(contentOf(join(fence.work, 'file')), 'work')
    for (const control of [attempts[0], attempts[2], attempts[4]]) {
      assert.equal(attemptOutside(fence, ...control), 'allowed')
    }
  })
})

test('the user’s own directory and the state of ringfence are not writable, reading is not restricted', async () => {
  await withFence({}, async (fence) => {
    await assertAll('denied', fence, [
      ['create', join(process.env.USERPROFILE, `ringfence-${process.pid}`)],
      ['create', join(process.env.LOCALAPPDATA, 'ringfence', `made-${process.pid}`)],
    ])
    await assertAll('allowed', fence, [
      ['read', join(fence.outside, 'file')],
      ['read', join(process.env.SystemRoot, 'win.ini')],
    ])
  })
})

test('what a command sees of its token: one privilege', async () => {
  const privileges = (text) => [...text.matchAll(/^"(Se\w+)"/gm)].map(([, name]) => name)
  const args = ['/priv', '/fo', 'csv', '/nh']
  await withFence({}, async ({ sandbox }) => {
    const { stdout, stderr, exitCode } = await sandbox.exec('whoami.exe', args)
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(privileges(stdout), ['SeChangeNotifyPrivilege'])
  })
  // The control: without the sandbox there are more.
  assert.ok(privileges(execFileSync('whoami.exe', args, { encoding: 'utf8' })).length > 1)
})

test('python: compiling, replacing, temporary directories, databases and trees, in a root and in what is made there', async (t) => {
  const python = pythonFor(t)
  if (python === undefined) return
  await withFence({}, async (fence) => {
    const made = join(fence.work, 'made')
    await assertAll('allowed', fence, [['put', join(made, 'deeper', 'file')]])
    const program = join(fence.programs, 'patterns.py')
    for (const name of ['py_compile', 'os.replace', 'TemporaryDirectory', 'sqlite', 'trees']) {
      for (const directory of [fence.work, join(made, 'deeper')]) {
        assert.equal(
          await verdictInside(fence, python, [program, name, directory]),
          'allowed',
          `${name} in ${directory}`,
        )
      }
      // A pattern that is refused is seen to be.
      assert.notEqual(await verdictInside(fence, python, [program, name, fence.outside]), 'allowed', name)
      assert.equal(contentOf(join(fence.outside, 'file')), 'outside')
    }
    const inTemp = await verdictInside(fence, python, [program, 'default TemporaryDirectory', fence.temp])
    assert.equal(inTemp, 'allowed')
  })
})

test('pytest runs', async (t) => {
  const python = pytestFor(t)
  if (python === undefined) return
  await withFence({}, async ({ sandbox, work, programs }) => {
    cpSync(join(programs, 'test_made_by_pytest.py'), join(work, 'test_made_by_pytest.py'))
    const { exitCode, stdout, stderr } = await sandbox.exec(python, ['-m', 'pytest', '-q'], { timeout: 120_000 })
    assert.equal(exitCode, 0, stdout + stderr)
    assert.match(stdout, /2 passed/)
  })
})

test('cmd.exe, git and npm start', async (t) => {
  const git = gitFor(t)
  if (git === undefined) return
  await withFence({}, async ({ sandbox }) => {
    const shell = await sandbox.exec('cmd.exe', ['/d', '/c', 'echo hello>made&&type made'])
    assert.deepEqual([shell.exitCode, shell.stdout.trim()], [0, 'hello'], shell.stderr)
    const version = await sandbox.exec('git.exe', ['--version'])
    assert.deepEqual([version.exitCode, version.stdout.trim()], [0, git], version.stderr)
    const npm = await sandbox.exec('cmd.exe', ['/d', '/c', 'npm --version'], { timeout: 60_000 })
    assert.equal(npm.exitCode, 0, npm.stderr)
    assert.match(npm.stdout.trim(), /^\d+\.\d+\.\d+$/)
  })
})

test('a terminal of its own', async () => {
  await withFence({}, async ({ sandbox }) => {
    const script = 'console.log(`columns:${process.stdout.columns}`)'
    const { exitCode, stdout } = await sandbox.exec(process.execPath, ['-e', script], {
      tty: { columns: 97, rows: 30 },
    })
    assert.equal(exitCode, 0)
    assert.match(stdout, /columns:97/)
  })
})
