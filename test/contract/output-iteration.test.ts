import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

async function toArray<T>(items: AsyncIterable<T>): Promise<T[]> {
  const array: T[] = []
  for await (const item of items) array.push(item)
  return array
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('iterating over a command gives the chunks of stdout; after the loop it is known how it ended', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', 'echo out; echo err >&2; sleep 0.05; echo more; exit 3'])
    const chunks = await toArray(child)
    expect(chunks.every(Buffer.isBuffer)).toBe(true)
    expect(Buffer.concat(chunks).toString()).toBe('out\nmore\n')
    expect(child.exitCode).toBe(3)
    expect(await toArray(child)).toEqual([])
  })

  test('lines() gives lines, the last one also without a newline', async () => {
    const { sandbox } = await openWorkspace(backend)
    const lines = (script: string) => toArray(sandbox.spawn('sh', ['-c', script]).lines())
    expect(await lines(String.raw`printf 'a\nb\r\n\n'; sleep 0.05; printf 'c\r'; sleep 0.05; printf '\nd'`)).toEqual([
      'a',
      'b',
      '',
      'c',
      'd',
    ])
    expect(await lines('true')).toEqual([])
    expect(await lines('seq 1 200000')).toEqual(Array.from({ length: 200_000 }, (_, index) => String(index + 1)))
  })

  test('a character that comes in two chunks is one', async () => {
    const { sandbox } = await openWorkspace(backend)
    const script = String.raw`printf '\342'; sleep 0.05; printf '\202'; sleep 0.05; printf '\254\n'`
    expect(await toArray(sandbox.spawn('sh', ['-c', script]).lines())).toEqual(['€'])
  })

  test('a line without end is bounded', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', "head -c 1000000 /dev/zero | tr '\\0' x"])
    const lines = await toArray(child.lines({ maxLineLength: 300_000 }))
    expect(lines.map((line) => line.length)).toEqual([300_000, 300_000, 300_000, 100_000])
  })

  test('leaving the loop ends a command that writes on', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('yes')
    for await (const line of child.lines()) {
      expect(line).toBe('y')
      break
    }
    await new Promise((resolve) => child.once('close', resolve))
    expect(child.signalCode).toBe('SIGPIPE')
  })

  test('a command that does not run, or is aborted, ends the loop with its error', async () => {
    const { sandbox } = await openWorkspace(backend)
    await expect(toArray(sandbox.spawn('no-such-program').lines())).rejects.toMatchObject({
      code: 'SANDBOX_PROGRAM_NOT_FOUND',
    })
    const aborting = new AbortController()
    const child = sandbox.spawn('sh', ['-c', 'echo up; sleep 60'], { signal: aborting.signal })
    const lines: string[] = []
    const reading = async () => {
      for await (const line of child.lines()) {
        lines.push(line)
        aborting.abort()
      }
    }
    await expect(reading()).rejects.toMatchObject({ name: 'AbortError' })
    expect(lines).toEqual(['up'])
  })

  test('without a pipe there is nothing to iterate over', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('true', { stdio: 'ignore' })
    expect(() => child.lines()).toThrow(TypeError)
    expect(() => child[Symbol.asyncIterator]()).toThrow(/stdio\[1\]/)
    const piped = sandbox.spawn('true')
    expect(() => piped.lines({ maxLineLength: 1 })).toThrow(/options\.maxLineLength/)
    await new Promise((resolve) => piped.once('close', resolve))
  })
})
