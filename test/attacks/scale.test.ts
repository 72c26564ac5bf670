/**
 * Many rules and many sandboxes at the same time: the last rule must hold as the first, and nothing may leak from one
 * sandbox into another (claude-code #84681, #68587).
 * Seen failing without: the steps of the plan after the hundredth.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace, plainPolicy, temporaryDirectory } from '../support/sandboxes.js'
import { fixture } from './support/probes.js'
import { protectedWorkspace } from './support/workspaces.js'

const RULES = 500

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test(`${RULES} denied files and ${RULES} read-only ones`, { timeout: 120_000 }, async () => {
    const { work, open } = protectedWorkspace(backend)
    const filesystem: Record<string, 'none' | 'read'> = {}
    for (const kind of ['none', 'read'] as const) {
      mkdirSync(join(work, kind))
      for (let i = 0; i <= RULES; i++) {
        const file = join(work, kind, `${i}`)
        writeFileSync(file, 'kept')
        if (i < RULES) filesystem[file] = kind
      }
    }
    const sandbox = await open({ filesystem })
    const script = 'cd "$1"; for f in *; do "$2" "$3" "$f" >/dev/null 2>&1; [ $? = 40 ] && echo $f; done'
    const run = (kind: string, action: string) =>
      sandbox.exec('sh', ['-c', script, 'sh', join(work, kind), fixture('files'), action])
    // The one without a rule is the control.
    expect(await run('none', 'read')).toMatchObject({ stdout: `${RULES}\n` })
    expect(await run('read', 'write')).toMatchObject({ stdout: `${RULES}\n` })
    for (let i = 0; i < RULES; i++) expect(readFileSync(join(work, 'read', `${i}`), 'utf8')).toBe('kept')
  })
})

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('50 sandboxes at once, each with its own root', { timeout: 120_000 }, async () => {
    const works = Array.from({ length: 50 }, () => temporaryDirectory())
    const sandboxes = await Promise.all(
      works.map((work) => Sandbox.create({ policy: plainPolicy(work), cwd: work, backend })),
    )
    const script = 'echo own > own; sleep 0.3; for d; do echo other > $d/other; done 2>/dev/null; exit 40'
    const results = await Promise.all(sandboxes.map((sandbox) => sandbox.exec('sh', ['-c', script, 'sh', ...works])))
    expect(results.map(({ exitCode }) => exitCode)).toEqual(works.map(() => 40))
    for (const work of works) expect(readdirSync(work).sort()).toEqual(['other', 'own'])
    await Promise.all(sandboxes.map((sandbox) => sandbox.close()))
  })

  test('two policies in one process do not mix', async () => {
    const one = await openWorkspace(backend)
    const other = await openWorkspace(backend)
    const script = 'echo x > "$1/file"'
    const results = await Promise.all([
      one.sandbox.exec('sh', ['-c', script, 'sh', other.work]),
      other.sandbox.exec('sh', ['-c', script, 'sh', one.work]),
      one.sandbox.exec('sh', ['-c', script, 'sh', one.work]),
    ])
    expect(results.map(({ failed }) => failed)).toEqual([true, true, false])
    expect(existsSync(join(other.work, 'file'))).toBe(false)
  })
})
