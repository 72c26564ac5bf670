/**
 * Typing into the terminal that the sandbox was started from: TIOCSTI, TIOCLINUX, TIOCCONS, also with bits above the 32
 * that the kernel looks at (CVE-2017-5226 bubblewrap, CVE-2019-10063 flatpak, CVE-2023-28100 flatpak).
 * Seen failing without: TerminalRequests() in the filter.
 */
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { inside, onHost } from './support/probes.js'

const TIOCGWINSZ = '0x5413'

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each([
    ['TIOCSTI', '0x5412'],
    ['TIOCLINUX', '0x541c'],
    ['TIOCCONS', '0x541d'],
    ['TIOCSTI with a high bit', '0x100005412'],
    ['TIOCSTI, sign-extended', '0xffffffff00005412'],
    ['TIOCLINUX with a high bit', '0x8000000000005412'],
  ])('%s does not reach the kernel', async (_, request) => {
    const { sandbox } = await openWorkspace(backend)
    expect(await inside(sandbox, 'terminal', [request])).toBe('denied')
    expect(onHost('terminal', [request])).toBe('allowed')
  })

  test('other requests do', async () => {
    const { sandbox } = await openWorkspace(backend)
    expect(await inside(sandbox, 'terminal', [TIOCGWINSZ])).toBe('allowed')
  })
})
