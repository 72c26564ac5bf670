/**
 * Namespaces of the command's own: in a new user namespace it has every capability, and mounts, routes and packet
 * filters become attack surface (CVE-2022-0185, CVE-2022-0492, CVE-2023-0386; codex #15057 for the other side of it).
 * Seen failing without: the targets for clone, clone3, unshare and setns in FilterBuilder::Target().
 */
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { inside, onHost } from './support/probes.js'

const NEWUSER = 0x10000000
const FLAGS = {
  user: NEWUSER,
  mount: 0x00020000,
  cgroup: 0x02000000,
  uts: 0x04000000,
  ipc: 0x08000000,
  pid: 0x20000000,
  net: 0x40000000,
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each(Object.entries(FLAGS))('no %s namespace can be made', async (_, flag) => {
    const { sandbox } = await openWorkspace(backend)
    for (const how of ['unshare', 'clone', 'clone3']) {
      expect(await inside(sandbox, 'namespaces', [how, `${flag}`]), how).toBe('denied')
      expect(await inside(sandbox, 'namespaces', [how, `${flag | NEWUSER}`]), how).toBe('denied')
      // Control: with a user namespace everybody may make the others.
      expect(onHost('namespaces', [how, `${flag | NEWUSER}`]), how).toBe('allowed')
    }
  })

  test('a time namespace neither, nor can one be entered', async () => {
    const { sandbox } = await openWorkspace(backend)
    expect(await inside(sandbox, 'namespaces', ['unshare', '0x80'])).toBe('denied')
    expect(await inside(sandbox, 'namespaces', ['unshare', `${0x80 | NEWUSER}`])).toBe('denied')
    expect(await inside(sandbox, 'namespaces', ['setns', '0'])).toBe('denied')
  })

  test('threads and processes can be made', async () => {
    const { sandbox } = await openWorkspace(backend)
    expect(await inside(sandbox, 'namespaces', ['clone', '0'])).toBe('allowed')
    expect(await inside(sandbox, 'namespaces', ['unshare', '0x400'])).toBe('allowed')
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('a policy that says nested = true gets them', async () => {
    const { sandbox } = await openWorkspace(backend, { nested: true })
    for (const how of ['unshare', 'clone', 'clone3']) {
      expect(await inside(sandbox, 'namespaces', [how, `${NEWUSER | FLAGS.mount}`]), how).toBe('allowed')
    }
  })

  test('nested = true does not let the mounts of the sandbox be undone', async () => {
    const { sandbox, outside } = await openWorkspace(backend, { nested: true })
    const script =
      'unshare -Um sh -c \'umount -l "$1"; mount -o remount,rw,bind / ; mount -o remount,rw,bind "$1"; echo x > "$1/file"\' sh "$1"'
    const result = await sandbox.exec('sh', ['-c', script, 'sh', outside])
    expect(result.stderr).toMatch(/Read-only file system|Permission denied|not permitted/)
    expect(onHost('files', ['stat', `${outside}/file`])).toBe('not found')
  })
})
