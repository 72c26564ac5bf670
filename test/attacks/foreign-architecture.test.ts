/**
 * The same call by the number of another architecture: int 0x80 and x32 on x64 (CVE-2018-7160 class; Chromium's and
 * systemd's filters check the architecture first for this).
 * Seen failing without: the branch on the architecture (i386; no kernel with x32 was at hand).
 */
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { inside, onHost } from './support/probes.js'

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('calls of i386 are not carried out', async (context) => {
    const control = onHost('foreign', ['i386'])
    if (control !== 'allowed') context.skip(`this kernel does not carry them out either: ${control}`)
    const { sandbox } = await openWorkspace(backend)
    expect(await inside(sandbox, 'foreign', ['i386'])).toBe('denied')
  })

  test('calls of x32 are not carried out', async (context) => {
    if (process.arch !== 'x64') context.skip('x32 is an interface of x64')
    const { sandbox } = await openWorkspace(backend)
    expect(await inside(sandbox, 'foreign', ['x32'])).toBe('denied')
  })
})
