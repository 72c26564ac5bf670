/**
 * A directory of a writable root becomes a symbolic link while sandboxes are set up, so that a bind follows it to
 * somewhere else (runc CVE-2021-30465, CVE-2019-19921; koda #1088).
 * Seen failing without: RESOLVE_NO_SYMLINKS in OpenPlace() of the launcher.
 */
import { once } from 'node:events'
import { existsSync, mkdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type BackendName, Sandbox, SandboxError } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace, plainPolicy, temporaryDirectory } from '../support/sandboxes.js'
import { fixture, inside } from './support/probes.js'

/** `work/docs` is read-only but for `work/docs/open`; `outside` has a directory of that name too. */
async function reopened(backend: BackendName) {
  const top = temporaryDirectory()
  const work = join(top, 'work')
  const outside = join(top, 'outside')
  mkdirSync(join(work, 'docs/open'), { recursive: true })
  mkdirSync(join(outside, 'open'), { recursive: true })
  // Relative: an absolute one leads out of bwrap's new root while it is being built.
  symlinkSync('../outside', join(work, 'link'))
  const filesystem = {
    ':root': 'read',
    [work]: 'write',
    [join(work, 'docs')]: 'read',
    [join(work, 'docs/open')]: 'write',
  } as const
  const policy = { ...plainPolicy(work), filesystem }
  const sandbox = await Sandbox.create({ policy, cwd: work, backend })
  return { sandbox, work, outside, target: join(work, 'docs/open/file') }
}

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('a link in place of a directory that was there is not followed', async () => {
    const { sandbox, work, outside, target } = await reopened(backend)
    // Control: with the directory the command runs and writes.
    expect(await inside(sandbox, 'files', ['create', target])).toBe('allowed')
    renameSync(join(work, 'docs'), join(work, 'was'))
    renameSync(join(work, 'link'), join(work, 'docs'))
    const outcome = await inside(sandbox, 'files', ['create', target]).catch((error: unknown) => error)
    expect(existsSync(join(outside, 'open/file'))).toBe(false)
    expect(outcome).toBeInstanceOf(SandboxError)
    await sandbox.close()
  })

  test('another sandbox that exchanges the two all the time never gets a file written outside', async () => {
    const { sandbox, work, outside, target } = await reopened(backend)
    const { sandbox: attacker } = await openWorkspace(backend, { filesystem: { [work]: 'write' } })
    const swapping = attacker.spawn(fixture('swap'), [join(work, 'docs'), join(work, 'link')])
    await once(swapping.stdout, 'data')
    const outcomes = { ran: 0, refused: 0 }
    for (let i = 0; i < 60; i++) {
      await sandbox.exec(fixture('files'), ['create', `${target}${i}`]).then(
        () => outcomes.ran++,
        () => outcomes.refused++,
      )
      expect(existsSync(join(outside, `open/file${i}`))).toBe(false)
    }
    swapping.kill('SIGKILL')
    await once(swapping, 'close')
    await sandbox.close()
    expect(outcomes.ran + outcomes.refused).toBe(60)
  })
})
