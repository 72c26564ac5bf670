/**
 * System calls that lead out of a sandbox or into bugs of the kernel (io_uring: CVE-2021-20226 and many more; keyctl:
 * CVE-2016-0728; bpf, perf, userfaultfd; open_by_handle_at: the "shocker" exploit; kcmp; Docker's default profile).
 * Seen failing without: the targets of kRefuse and its kind in FilterBuilder::Target().
 */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { fixture } from './support/probes.js'

function namesWith(verdict: string, output: string): string[] {
  return output.split('\n').flatMap((line) => (line.endsWith(` ${verdict}`) ? [line.split(' ')[0] as string] : []))
}

/** Allowed on the host. The kernel itself refuses others to ordinary users, so they tell nothing. */
const onHost = namesWith('allowed', spawnSync(fixture('calls')).stdout.toString())

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each(['none', 'unrestricted'] as const)('none is carried out, network %s', async (mode) => {
    const { sandbox } = await openWorkspace(backend, { network: { mode } })
    const { stdout, exitCode } = await sandbox.exec(fixture('calls'))
    expect(exitCode).toBe(40)
    expect(namesWith('allowed', stdout)).toEqual([])
    // Control: these would be.
    expect(onHost.length).toBeGreaterThan(process.geteuid?.() === 0 ? 35 : 15)
    expect(namesWith('denied', stdout)).toEqual(expect.arrayContaining(onHost))
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('a policy that allows nested sandboxes gets no more than mounts and namespaces', async () => {
    const { sandbox } = await openWorkspace(backend, { nested: true })
    const { stdout } = await sandbox.exec(fixture('calls'))
    const mounts = [
      'mount',
      'umount2',
      'pivot_root',
      'chroot',
      'open_tree',
      'move_mount',
      'fsopen',
      'fsconfig',
      'fsmount',
      'fspick',
      'mount_setattr',
      'setns',
    ]
    const allowed = namesWith('allowed', stdout)
    expect(allowed.filter((name) => !mounts.includes(name))).toEqual([])
    expect(allowed).toContain('open_tree')
  })
})
