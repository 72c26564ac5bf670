/** Streams and the life of the program: who keeps it alive, and what is left of a worker thread that had some. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { temporaryDirectory } from '../support/sandboxes.js'

const MAIN = fileURLToPath(new URL('../fixtures/output-main.mjs', import.meta.url))

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  const run = (way: string) => {
    const args = [MAIN, way, backend, temporaryDirectory()]
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    return stdout
  }

  test('a stream that is read keeps the program alive', () => {
    expect(run('reading')).toBe('up\nend\n')
  })

  test('one that is unref does not, until it is ref again', () => {
    expect(run('unref')).toBe('up\n')
    expect(run('unref-ref')).toBe('up\nend\n')
  })

  test('worker threads that end with open streams leave nothing', () => {
    const { before, after } = JSON.parse(run('workers')) as Record<string, unknown>
    expect(after).toEqual(before)
  })
})
