// What stays read-only in a writable root: by every operation on it, and on what it lies in.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertAll, attemptOutside } from '../support/attempts.mjs'
import { contentOf, withFence } from '../support/fence.mjs'

/** Two repositories as far as git looks at them, and directories of the same shape that are none. */
function prepare({ work }) {
  for (const directory of ['.git', 'project/.git', 'project/plain', 'other/plain']) {
    for (const part of ['hooks', 'objects', 'refs']) mkdirSync(join(work, directory, part), { recursive: true })
    writeFileSync(join(work, directory, 'HEAD'), 'ref: refs/heads/main\n')
    writeFileSync(join(work, directory, 'config'), '[core]\n')
  }
  writeFileSync(join(work, '.mcp.json'), '{}')
  writeFileSync(join(work, 'plain.json'), '{}')
}

/** Everything that ends with a changed `config` or `hooks`, in the order in which all of it works on a plain directory. */
const attacks = (work, directory) => [
  ['overwrite', join(work, directory, 'config')],
  ['append', join(work, directory, 'config')],
  ['put', join(work, directory, 'hooks', 'pre-commit')],
  ['read-only-flag', join(work, directory, 'config')],
  ['hard-link', join(work, directory, 'config'), join(work, `link-${directory.replaceAll(/\W/g, '-')}`)],
  ['rename', join(work, directory, 'config'), join(work, directory, 'moved')],
  ['rename', join(work, 'file'), join(work, directory, 'config')],
  ['remove', join(work, directory, 'config')],
  ['remove', join(work, directory, 'hooks', 'pre-commit')],
  ['remove-directory', join(work, directory, 'hooks')],
]

test('config and hooks of a repository cannot be written, removed, renamed, linked or replaced', async () => {
  await withFence({ prepare }, async (fence) => {
    const { work } = fence
    for (const directory of ['.git', join('project', '.git')]) {
      // Nothing was put there, so there is nothing to remove.
      const hook = join(work, directory, 'hooks', 'pre-commit')
      const possible = attacks(work, directory).filter(([operation, path]) => operation !== 'remove' || path !== hook)
      await assertAll('denied', fence, possible)
      assert.equal(contentOf(join(work, directory, 'config')), '[core]\n')
      assert.deepEqual(readdirSync(join(work, directory, 'hooks')), [])
    }
    // Of the one at the top, all.
    await assertAll('denied', fence, [['create', join(work, '.git', 'index')]])
    await assertAll('allowed', fence, [
      ['create', join(work, 'project', '.git', 'index')],
      ...attacks(work, join('project', 'plain')),
    ])
  })
})

test('a repository does not move with the directory that it lies in, nor with the root', async () => {
  await withFence({ prepare }, async (fence) => {
    const { work, base } = fence
    await assertAll('denied', fence, [
      ['rename', join(work, 'project', '.git'), join(work, 'project', 'git')],
      ['rename', join(work, 'project'), join(work, 'moved')],
      ['rename', join(work, 'project'), join(fence.temp, 'moved')],
      ['rename', work, join(base, 'moved')],
      ['rename', work, join(fence.temp, 'moved')],
    ])
    assert.equal(contentOf(join(work, 'project/.git/config')), '[core]\n')
    await assertAll('allowed', fence, [
      ['rename', join(work, 'other', 'plain'), join(work, 'other', 'renamed')],
      ['rename', join(work, 'other'), join(work, 'moved')],
      ['rename', join(work, 'moved'), join(fence.temp, 'moved')],
    ])
    // The host can, so no open file kept it there.
    assert.equal(attemptOutside(fence, 'rename', join(work, 'project'), join(work, 'host-moved')), 'allowed')
  })
})

test('a protected file is not replaced by a rename', async () => {
  await withFence({ prepare }, async (fence) => {
    const { work } = fence
    await assertAll('denied', fence, [
      ['overwrite', join(work, '.mcp.json')],
      ['rename', join(work, 'file'), join(work, '.mcp.json')],
      ['remove', join(work, '.mcp.json')],
    ])
    assert.equal(contentOf(join(work, '.mcp.json')), '{}')
    await assertAll('allowed', fence, [
      ['overwrite', join(work, 'plain.json')],
      ['rename', join(work, 'file'), join(work, 'plain.json')],
      ['remove', join(work, 'plain.json')],
    ])
  })
})

test('a protected path that is missing cannot be made, and nothing of it stays', async () => {
  await withFence({}, async (fence) => {
    const { work, sandbox } = fence
    await assertAll('denied', fence, [
      ['put', join(work, '.codex', 'config.toml')],
      ['put', join(work, '.git', 'hooks', 'pre-commit')],
    ])
    await assertAll('allowed', fence, [['put', join(work, '.other', 'config.toml')]])
    await sandbox.close()
    assert.equal(existsSync(join(work, '.codex')), false)
    assert.equal(existsSync(join(work, '.git')), false)
  })
})

test('a rule of the policy makes a part of the workspace read-only', async () => {
  const rules = ({ work }) => {
    mkdirSync(join(work, 'docs', 'deep'), { recursive: true })
    writeFileSync(join(work, 'docs', 'deep', 'page'), 'page')
    mkdirSync(join(work, 'source'))
    return { files: { [join(work, 'docs')]: 'read' } }
  }
  await withFence({ prepare: rules }, async (fence) => {
    const { work } = fence
    await assertAll('denied', fence, [
      ['overwrite', join(work, 'docs', 'deep', 'page')],
      ['create', join(work, 'docs', 'deep', 'new')],
      ['remove', join(work, 'docs', 'deep', 'page')],
      ['rename', join(work, 'docs', 'deep'), join(work, 'source', 'deep')],
      ['rename', join(work, 'docs'), join(work, 'source', 'docs')],
    ])
    await assertAll('allowed', fence, [
      ['read', join(work, 'docs', 'deep', 'page')],
      ['create', join(work, 'source', 'new')],
      ['rename', join(work, 'source'), join(work, 'renamed')],
    ])
  })
})
