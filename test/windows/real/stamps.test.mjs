// ACLs on the host's files: written once, of one root only.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { assertAll, attempt } from '../support/attempts.mjs'
import { contentOf, withFence, withPlaces, withSandbox } from '../support/fence.mjs'
import { productPackage } from '../support/packages.mjs'

const { PROTECTED_NAMES } = await import(pathToFileURL(join(productPackage, 'dist/policy/protected.js')).href)

/** Nothing that a launch protects is missing, so that it makes no placeholder. */
function fillWorkspace({ work }) {
  for (const name of PROTECTED_NAMES) {
    if (name.endsWith('.json')) writeFileSync(join(work, name), '{}')
    else mkdirSync(join(work, name))
  }
  for (const part of ['hooks', 'objects', 'refs']) mkdirSync(join(work, '.git', part))
  for (const file of ['HEAD', 'config']) writeFileSync(join(work, '.git', file), '')
}

/** NTFS changes it when the ACL is written, also with one that is the same. */
const changeTimes = (paths) => paths.map((path) => statSync(path, { bigint: true }).ctimeNs)

const aclsOf = (directory) => execFileSync('icacls.exe', [directory, '/t', '/c'], { encoding: 'utf8' })

async function launch(sandbox) {
  assert.equal((await sandbox.exec(process.execPath, ['-e', ''])).exitCode, 0)
}

test('the second launch writes no ACL, also of another sandbox', async () => {
  await withPlaces(async (places) => {
    fillWorkspace(places)
    const { work } = places
    const watched = [work, join(work, 'file'), join(work, '.git'), join(work, '.git', 'config')]
    const look = () => ({ times: changeTimes(watched), acls: aclsOf(work) })
    const original = look()
    await withSandbox(places, {}, async ({ sandbox }) => {
      await launch(sandbox)
      const stamped = look()
      // The control: this is how a write shows.
      for (const [index, path] of watched.entries()) assert.notEqual(stamped.times[index], original.times[index], path)
      assert.notEqual(stamped.acls, original.acls)
      await launch(sandbox)
      assert.deepEqual(look(), stamped)
      await withSandbox(places, {}, (another) => launch(another.sandbox))
      assert.deepEqual(look(), stamped)
    })
  })
})

test('a sandbox that was never used changes nothing', async () => {
  await withPlaces(async (places) => {
    fillWorkspace(places)
    const before = aclsOf(places.work)
    await withSandbox(places, {}, async ({ sandbox }) => {
      assert.equal(sandbox.explain().plan.backend, 'restricted-token')
      assert.equal(aclsOf(places.work), before)
      await launch(sandbox)
      assert.notEqual(aclsOf(places.work), before)
    })
  })
})

test('two sandboxes side by side do not reach each other’s roots', async () => {
  await withFence({}, async (left) => {
    await withFence({}, async (right) => {
      const [own, other] = [(fence) => join(fence.work, 'own'), (fence) => join(fence.work, 'other')]
      const verdicts = await Promise.all([
        attempt(left, 'create', own(left)),
        attempt(right, 'create', own(right)),
        attempt(left, 'create', other(right)),
        attempt(right, 'create', other(left)),
        attempt(left, 'overwrite', join(right.temp, 'file')),
        attempt(right, 'overwrite', join(left.temp, 'file')),
      ])
      assert.deepEqual(verdicts, ['allowed', 'allowed', 'denied', 'denied', 'denied', 'denied'])
      assert.equal(contentOf(join(left.temp, 'file')), 'temp')
    })
  })
})

test('an ACL that a former launch has left opens nothing to a sandbox without that root', async () => {
  await withPlaces(async (places) => {
    const { added, work } = places
    await withSandbox(places, { files: { [added]: 'write' } }, (fence) =>
      assertAll('allowed', fence, [['create', join(added, 'first')]]),
    )
    await withSandbox(places, {}, async (fence) => {
      await assertAll('denied', fence, [
        ['create', join(added, 'second')],
        ['overwrite', join(added, 'first')],
      ])
      await assertAll('allowed', fence, [['create', join(work, 'second')]])
    })
  })
})
