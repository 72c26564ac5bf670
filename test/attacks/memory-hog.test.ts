/**
 * A command takes all memory, so that the host has none and its kernel ends whoever it likes: in many processes, and
 * in memory that belongs to no process.
 * Seen failing without: UsageWatch::MemoryInUse(), SharedMemoryInFiles() for all but `private` and `shared`.
 */
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { pulseWhile } from './support/host-pulse.js'
import { fixture } from './support/probes.js'

const MIB = 1024 * 1024
const LIMIT = 100 * MIB
/** What may be taken between two looks, and what the rest of the machine does meanwhile. */
const SLACK = 400 * MIB

const WAYS = ['private', 'shared', 'memfd', 'segment', 'file']
/** Those of them that a sandbox without namespaces leaves to the host or does not allow. */
const OF_NAMESPACES = ['segment', 'file']

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  const ways = backend === 'landlock' ? WAYS.filter((way) => !OF_NAMESPACES.includes(way)) : WAYS

  test.each(ways)('%s memory ends with the limit, and the host goes on', async (way) => {
    const { sandbox } = await openWorkspace(backend, { limits: { memoryBytes: LIMIT } })
    // Control: less than the limit is there to be used.
    expect(await sandbox.exec(fixture('hog'), [way, '60'])).toMatchObject({ exitCode: 40 })
    const { result, pulse } = await pulseWhile(sandbox.exec(fixture('hog'), [way, '2000']))
    // A file system of the size of the limit may be full before a look.
    if (way === 'file' && result.limit === undefined) expect(result.stderr).toContain('No space left on device')
    else expect(result).toMatchObject({ signal: 'SIGKILL', limit: { kind: 'memoryBytes', value: LIMIT } })
    expect(pulse.takenBytes).toBeLessThan(LIMIT + SLACK)
    expect(pulse.slowestMs).toBeLessThan(2_000)
  })
})
