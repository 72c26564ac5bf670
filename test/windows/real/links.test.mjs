// Links of the file system lead out of a root, and nothing comes along.
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertAll, attemptOutside } from '../support/attempts.mjs'
import { contentOf, withFence } from '../support/fence.mjs'

test('a junction that a command makes leads to nothing that it may not write', async () => {
  await withFence({}, async (fence) => {
    const { work, outside } = fence
    await assertAll('allowed', fence, [
      ['put', join(work, 'inner', 'first')],
      ['junction', join(work, 'inner'), join(work, 'to-inner')],
      ['create', join(work, 'to-inner', 'second')],
      ['junction', outside, join(work, 'to-outside')],
      ['read', join(work, 'to-outside', 'file')],
    ])
    const attacks = [
      ['create', join(work, 'to-outside', 'new')],
      ['overwrite', join(work, 'to-outside', 'file')],
      ['remove', join(work, 'to-outside', 'file')],
    ]
    await assertAll('denied', fence, attacks)
    assert.equal(contentOf(join(outside, 'file')), 'outside')
    for (const attack of attacks) assert.equal(attemptOutside(fence, ...attack), 'allowed')
  })
})

test('a junction that was there before does not carry the ACL of the root to its target', async () => {
  const prepare = ({ work, outside }) => symlinkSync(outside, join(work, 'to-outside'), 'junction')
  await withFence({ prepare }, async (fence) => {
    const { work, outside } = fence
    await assertAll('denied', fence, [
      ['create', join(work, 'to-outside', 'new')],
      ['overwrite', join(outside, 'file')],
    ])
    await assertAll('allowed', fence, [['create', join(work, 'new')]])
    assert.equal(attemptOutside(fence, 'create', join(work, 'to-outside', 'new')), 'allowed')
  })
})

test('a symbolic link that was there before does not, either', async () => {
  const prepare = ({ work, outside }) => {
    symlinkSync(join(outside, 'file'), join(work, 'to-file'), 'file')
    symlinkSync(outside, join(work, 'to-directory'), 'dir')
  }
  await withFence({ prepare }, async (fence) => {
    const { work } = fence
    await assertAll('denied', fence, [
      ['overwrite', join(work, 'to-file')],
      ['create', join(work, 'to-directory', 'new')],
    ])
    // The links themselves are files of the root.
    await assertAll('allowed', fence, [
      ['read', join(work, 'to-file')],
      ['remove', join(work, 'to-file')],
    ])
    assert.equal(attemptOutside(fence, 'create', join(work, 'to-directory', 'new')), 'allowed')
  })
})

test('a hard link to a file outside is not made', async () => {
  await withFence({}, async (fence) => {
    const { work, outside } = fence
    const attack = ['hard-link', join(outside, 'file'), join(work, 'linked')]
    await assertAll('denied', fence, [attack])
    await assertAll('allowed', fence, [['hard-link', join(work, 'file'), join(work, 'linked-own')]])
    assert.equal(attemptOutside(fence, ...attack), 'allowed')
  })
})

test('a directory that is replaced by a junction does not open what it leads to', async () => {
  const prepare = ({ work }) => mkdirSync(join(work, 'swapped'))
  await withFence({ prepare }, async (fence) => {
    const { work, outside } = fence
    await assertAll('allowed', fence, [
      ['create', join(work, 'swapped', 'before')],
      ['remove', join(work, 'swapped', 'before')],
      ['remove-directory', join(work, 'swapped')],
      ['junction', outside, join(work, 'swapped')],
    ])
    // The second command starts with the junction in place.
    await assertAll('denied', fence, [['create', join(work, 'swapped', 'after')]])
    assert.equal(contentOf(join(outside, 'after')), undefined)
  })
})
