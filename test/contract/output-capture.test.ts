/** What exec keeps of an output, against the simple way: everything, cut in JS. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

/** No two neighbouring places look alike. */
function pattern(size: number): Buffer {
  return Buffer.from(
    Uint32Array.from({ length: Math.ceil(size / 4) }, (_, index) => index * 2_654_435_761).buffer,
    0,
    size,
  )
}

function headAndTail(whole: Buffer, maxBytes: number): Buffer {
  if (whole.length <= maxBytes) return whole
  const tail = Math.floor(maxBytes / 2)
  return Buffer.concat([whole.subarray(0, maxBytes - tail), whole.subarray(whole.length - tail)])
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each([1, 1000, 65_536, 3_000_001])('of %i bytes it keeps what the simple way keeps', async (size) => {
    const { sandbox, work } = await openWorkspace(backend)
    const whole = pattern(size)
    writeFileSync(join(work, 'whole'), whole)
    for (const maxOutputBytes of [0, 1, 2, 999, 100_000, 1_000_001, 3_000_001, Number.POSITIVE_INFINITY]) {
      const result = await sandbox.exec('sh', ['-c', 'cat whole; cat whole >&2'], {
        maxOutputBytes,
        encoding: 'buffer',
      })
      const kept = headAndTail(whole, maxOutputBytes)
      const dropped = whole.length - kept.length
      expect([result.stdout.equals(kept), result.stderr.equals(kept)]).toEqual([true, true])
      expect(result.truncated).toEqual({ stdout: dropped, stderr: dropped })
    }
  })

  test('text, in pieces of one byte, is the same', async () => {
    const { sandbox } = await openWorkspace(backend)
    const script = 'for i in 1 2 3 4 5 6 7 8 9; do printf a; printf b >&2; done; sleep 0.05; printf end'
    expect(await sandbox.exec('sh', ['-c', script])).toMatchObject({ stdout: 'aaaaaaaaaend', stderr: 'bbbbbbbbb' })
  })

  test('the event loop does nothing while a command writes', async () => {
    const { sandbox } = await openWorkspace(backend)
    const before = performance.eventLoopUtilization()
    const { stdout, truncated } = await sandbox.exec('head', ['-c', '1000000000', '/dev/zero'], { encoding: 'buffer' })
    expect(stdout.length + truncated.stdout).toBe(1_000_000_000)
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.2)
  })
})
