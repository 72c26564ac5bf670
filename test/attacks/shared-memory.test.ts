/**
 * Memory and queues that processes of a user share without a path of the project: /dev/shm, System V segments, POSIX
 * message queues (Chromium keeps secrets in /dev/shm; PostgreSQL in System V segments).
 * Seen failing without: the ipc namespace; the `dev` step (/dev/shm).
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { inside, onHost } from './support/probes.js'

const KEY = `${100_000 + (process.pid % 100_000)}`

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('/dev/shm is private, and gone with the command', async () => {
    const { sandbox } = await openWorkspace(backend)
    const file = `/dev/shm/ringfence-test-${process.pid}`
    writeFileSync(file, 's')
    onTestFinished(() => rmSync(file, { force: true }))
    expect(onHost('files', ['read', file])).toBe('allowed')
    expect(await inside(sandbox, 'files', ['read', file])).toBe('not found')
    expect(await inside(sandbox, 'files', ['create', `${file}-own`])).toBe('allowed')
    expect(existsSync(`${file}-own`)).toBe(false)
    expect(await inside(sandbox, 'files', ['read', `${file}-own`])).toBe('not found')
  })
})

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each(['segment', 'queue'])('a %s of the host cannot be found', async (kind) => {
    const { sandbox } = await openWorkspace(backend)
    expect(onHost('ipc', [`make-${kind}`, KEY])).toBe('allowed')
    try {
      expect(onHost('ipc', [`find-${kind}`, KEY])).toBe('allowed')
      expect(await inside(sandbox, 'ipc', [`find-${kind}`, KEY])).toMatch(/^(denied|not found)$/)
    } finally {
      onHost('ipc', [`remove-${kind}`, KEY])
    }
  })
})
