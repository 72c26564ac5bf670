/**
 * Signals that are sent while a command ends, which nobody takes any more. A socket with unread messages reports that
 * (ECONNRESET) before it hands over what came last: how the command ended.
 */
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

const COMMANDS = 100

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('the exit code arrives whatever is sent to a command that ends', { timeout: 60_000 }, async () => {
    const { sandbox } = await openWorkspace(backend)
    for (let command = 0; command < COMMANDS; command++) {
      const child = sandbox.spawn('sh', ['-c', 'trap "" USR1; echo up; read line; exit 7'])
      await once(child.stdout, 'data')
      const closed = once(child, 'close')
      child.stdin.end('\n')
      while (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGUSR1')
        await setImmediate()
      }
      expect(await closed).toEqual([7, null])
    }
  })
})
