/**
 * Controls of the running kernel in /proc and /sys: root of the machine owns them, and ownership is all that the kernel
 * asks for (core_pattern runs a program of choice on the host; proc(5), core(5)).
 * Seen failing without: `readonlyControls` of the `proc` step (namespaces, as root).
 */
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { fixture, inside, onHost } from './support/probes.js'

/** What is written to these concerns nobody but the writer or the namespaces of the sandbox. */
const HARMLESS = [
  // Mode 0666: a threshold at which the writer wants to be woken.
  /^\/proc\/pressure\//,
  // Ids of the own pid namespace.
  /^\/proc\/sys\/kernel\/(ns_last_pid|pid_max)$/,
  // Limits of the own ipc namespace.
  /^\/proc\/sys\/(fs\/mqueue\/|kernel\/(auto_msgmni|(msg|sem|shm)[a-z_]*)$)/,
]

const isRoot = process.geteuid?.() === 0

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each([
    ['with Landlock', {}],
    ['without the second layer', { landlock: { maxAbi: 0 } }],
  ])('no file of the kernel can be opened for writing, %s', async (_, options) => {
    if (backend === 'landlock' && 'landlock' in options) return
    const { sandbox } = await openWorkspace(backend, {}, options)
    const { stdout, exitCode } = await sandbox.exec(fixture('writable'), ['/proc', '/sys'])
    expect(exitCode).toBe(40)
    const names = stdout.split('\n').filter((name) => name !== '')
    expect(names.filter((name) => !HARMLESS.some((harmless) => harmless.test(name)))).toEqual([])
  })

  test('controls that the host may open are closed', async (context) => {
    if (!isRoot) context.skip('only root of the machine may open them on the host, so there is no control')
    const { sandbox } = await openWorkspace(backend)
    for (const name of ['sys/kernel/core_pattern', 'sys/kernel/hostname', 'sys/vm/drop_caches']) {
      expect(onHost('files', ['open-for-writing', `/proc/${name}`]), name).toBe('allowed')
      expect(await inside(sandbox, 'files', ['open-for-writing', `/proc/${name}`]), name).toBe('denied')
    }
  })
})
