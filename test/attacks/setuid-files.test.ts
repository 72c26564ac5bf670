/**
 * A command leaves a setuid program in a writable root for others to run. It has the owner that the command has, so an
 * ordinary user gives away no more than its own rights; as root, whoever reaches the root gets them: README "as root".
 * Seen failing without: PR_SET_NO_NEW_PRIVS together with nosuid.
 */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { fixture, inside } from './support/probes.js'

const uid = process.geteuid?.() ?? 0

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('it belongs to the user itself, whatever the command tries', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    const program = join(work, 'program')
    const script = 'cp "$1" program; chown 1:1 program 2>/dev/null; chmod 6755 program; ./program'
    const { stdout } = await sandbox.exec('sh', ['-c', script, 'sh', fixture('identity')])
    const { uid: owner, gid } = statSync(program)
    expect([owner, gid]).toEqual([uid, process.getegid?.()])
    expect(stdout).toBe(`${uid} ${uid} ${gid} ${gid}\n`)
    expect(spawnSync(program).stdout.toString()).toBe(`${uid} ${uid} ${gid} ${gid}\n`)
    expect(await inside(sandbox, 'files', ['chmod', program])).toBe('allowed')
  })
})
