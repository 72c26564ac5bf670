/**
 * PID 1 of the sandbox is attacked from inside: stopped, it would never report the end; ended, the mounts' guard is gone
 * (pid_namespaces(7): not even SIGKILL reaches the init from inside).
 * Seen failing without: `scoped` of the Landlock plan (landlock); a pid namespace is what makes a PID 1
 * (pid_namespaces(7)).
 */
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test.each(['STOP', 'KILL', 'TERM', 'HUP', 'INT', 'CHLD', '64', 'CONT', 'PIPE'])(
    'SIG%s changes nothing',
    async (signal) => {
      const { sandbox } = await openWorkspace(backend)
      const script = `trap "" TERM HUP INT PIPE; kill -${signal} 1; sleep 0.05; kill -${signal} 1; echo alive; exit 7`
      const result = await sandbox.exec('sh', ['-c', script], { timeout: 5000 })
      expect(result).toMatchObject({ stdout: 'alive\n', exitCode: 7, timedOut: false })
    },
  )
})

describeBackends(['landlock'], (backend) => {
  test('the processes that watch a command cannot be signalled by it', async () => {
    const { sandbox } = await openWorkspace(backend)
    const script = 'for s in STOP KILL TERM 64; do kill -$s $PPID && echo reached $s; done; sleep 0.05; exit 7'
    const result = await sandbox.exec('sh', ['-c', script], { timeout: 5000 })
    expect(result).toMatchObject({ stdout: '', exitCode: 7, timedOut: false })
  })
})
