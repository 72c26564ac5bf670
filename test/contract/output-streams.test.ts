/** stdout and stderr as streams: nothing lost, nothing out of order, and no more in memory than there should be. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { SandboxedProcess } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

const MiB = 1024 * 1024

/** Numbered lines: another order, a gap or a repetition gives another digest. */
const COUNT = (last: number) => ['-c', `seq 1 ${last}`]

function digestOfCount(last: number): string {
  const hash = createHash('sha256')
  for (let number = 1; number <= last; number++) hash.update(`${number}\n`)
  return hash.digest('hex')
}

async function digestOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

async function closed(child: SandboxedProcess): Promise<void> {
  if (child.listenerCount('error') === 0) child.on('error', () => {})
  await once(child, 'close')
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('everything comes, in order, whoever is faster', async () => {
    const { sandbox } = await openWorkspace(backend)
    expect(await digestOf(sandbox.spawn('sh', COUNT(2_000_000)).stdout)).toBe(digestOfCount(2_000_000))
    const slow = sandbox.spawn('sh', COUNT(1_000_000)).stdout
    slow.on('data', () => {
      slow.pause()
      setTimeout(() => slow.resume(), 5)
    })
    expect(await digestOf(slow)).toBe(digestOfCount(1_000_000))
    const trickle = sandbox.spawn('sh', ['-c', 'for i in 1 2 3 4 5; do echo $i; sleep 0.02; done'])
    expect(await digestOf(trickle.stdout)).toBe(digestOfCount(5))
  })

  test('a Buffer stays what it was', async () => {
    const { sandbox } = await openWorkspace(backend)
    const kept: Array<{ chunk: Buffer; copy: string }> = []
    for await (const chunk of sandbox.spawn('sh', COUNT(500_000)).stdout as AsyncIterable<Buffer>) {
      kept.push({ chunk, copy: createHash('sha256').update(chunk).digest('hex') })
    }
    await sandbox.exec('head', ['-c', '5000000', '/dev/zero'])
    expect(kept.map(({ chunk }) => createHash('sha256').update(chunk).digest('hex'))).toEqual(
      kept.map(({ copy }) => copy),
    )
  })

  test('a small chunk does not hold a large memory', async () => {
    const { sandbox } = await openWorkspace(backend)
    const [chunk] = (await once(sandbox.spawn('echo', ['hi']).stdout, 'data')) as [Buffer]
    expect(chunk.toString()).toBe('hi\n')
    expect(chunk.buffer.byteLength).toBeLessThan(16 * 1024)
  })

  test('what has come meanwhile comes in large chunks', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', 'i=0; while [ $i -lt 400000 ]; do echo $i; i=$((i+1)); done'])
    const sizes: number[] = []
    for await (const chunk of child.stdout) {
      sizes.push((chunk as Buffer).length)
      await delay(0)
      for (const until = performance.now() + 50; performance.now() < until; );
    }
    const bytes = sizes.reduce((sum, size) => sum + size)
    expect(bytes / sizes.length).toBeGreaterThan(16 * 1024)
    expect(Math.max(...sizes)).toBeGreaterThan(64 * 1024)
  })

  test('a reader of 1 MB/s bounds the memory, and the command waits', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('cat', ['/dev/zero'])
    const before = process.memoryUsage().rss
    let most = 0
    let bytes = 0
    const start = performance.now()
    for await (const chunk of child.stdout) {
      bytes += (chunk as Buffer).length
      await delay((chunk as Buffer).length / 1000)
      most = Math.max(most, process.memoryUsage().rss - before)
      if (performance.now() - start > 2000) break
    }
    expect(bytes).toBeGreaterThan(1_000_000)
    expect(bytes).toBeLessThan(6_000_000)
    expect(most).toBeLessThan(40 * MiB)
    // Leaving the loop has destroyed the stream.
    await closed(child)
    expect(child.signalCode).toBe('SIGPIPE')
  })

  test('a stream that is destroyed closes its descriptor at once, and the command gets SIGPIPE', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', 'while :; do echo x; done'], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(child.stdout as NonNullable<typeof child.stdout>, 'data')
    const before = readdirSync('/proc/self/fd').length
    child.stdout?.destroy()
    expect(readdirSync('/proc/self/fd').length).toBe(before - 1)
    expect(child.stdout).toMatchObject({ destroyed: true, fd: -1 })
    await closed(child)
    expect([child.exitCode, child.signalCode]).toEqual([null, 'SIGPIPE'])
  })

  test('a stream that is destroyed with an error says it, and gives no more data', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('cat', ['/dev/zero'])
    const failure = new Error('of the reader')
    child.stdout.once('data', () => {
      child.stdout.on('data', () => expect.unreachable())
      child.stdout.destroy(failure)
    })
    expect(await once(child.stdout, 'error')).toEqual([failure])
    await closed(child)
  })

  test('the end comes after the data, and close after the ends', async () => {
    const { sandbox } = await openWorkspace(backend)
    const events: string[] = []
    const child = sandbox.spawn('sh', ['-c', 'head -c 3000000 /dev/zero; echo x >&2'])
    for (const [name, stream] of [
      ['out', child.stdout],
      ['err', child.stderr],
    ] as const) {
      stream.on('data', () => events.at(-1) === `${name} data` || events.push(`${name} data`))
      stream.on('end', () => events.push(`${name} end`))
      stream.on('close', () => events.push(`${name} close`))
    }
    child.on('close', () => events.push('close'))
    await closed(child)
    for (const name of ['out', 'err']) {
      const order = [`${name} data`, `${name} end`, `${name} close`].map((event) => events.lastIndexOf(event))
      expect(order).not.toContain(-1)
      expect(order).toEqual([...order].sort((a, b) => a - b))
    }
    for (const end of ['out end', 'err end']) expect(events.indexOf('close')).toBeGreaterThan(events.indexOf(end))
  })

  test('the end waits for whoever has the output open', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.spawn('sh', ['-c', '(sleep 0.2; echo late) & wait; echo last'])
    const chunks = await child.stdout.setEncoding('utf8').toArray()
    expect(chunks.join('')).toBe('late\nlast\n')
  })

  test('setEncoding, read() and pipeline() work as on any Readable', async () => {
    const { sandbox } = await openWorkspace(backend)
    const text = sandbox.spawn('sh', ['-c', 'for i in 1 2 3; do printf %s "$1"; done', 'sh', '€'.repeat(30_000)]).stdout
    expect((await text.setEncoding('utf8').toArray()).join('')).toBe('€'.repeat(90_000))
    const exact = sandbox.spawn('sh', ['-c', 'printf 12345; sleep 0.05; printf 67890']).stdout
    const numbers: string[] = []
    exact.on('readable', () => {
      for (let part = exact.read(4); part !== null; part = exact.read(4)) numbers.push(String(part))
    })
    await once(exact, 'end')
    expect(numbers.join('')).toBe('1234567890')
    const into = sandbox.spawn('wc', ['-c'])
    const [count] = await Promise.all([
      into.stdout.setEncoding('utf8').toArray(),
      pipeline(sandbox.spawn('head', ['-c', '10000000', '/dev/zero']).stdout, into.stdin),
    ])
    expect(count.join('').trim()).toBe('10000000')
  })

  test('many streams at once', async () => {
    const { sandbox } = await openWorkspace(backend)
    const children = Array.from({ length: 24 }, () => sandbox.spawn('sh', COUNT(60_000)))
    const digests = await Promise.all(children.map((child) => digestOf(child.stdout)))
    expect(new Set(digests)).toEqual(new Set([digestOfCount(60_000)]))
  })

  test('a listener is called where the command was spawned', async () => {
    const { sandbox } = await openWorkspace(backend)
    const storage = new AsyncLocalStorage<string>()
    const child = storage.run('here', () => sandbox.spawn('echo', ['x']))
    const seen = await new Promise((resolve) => child.stdout.once('data', () => resolve(storage.getStore())))
    expect(seen).toBe('here')
  })

  test('a listener that throws is an uncaught exception, and the next chunks come', async () => {
    const { sandbox } = await openWorkspace(backend)
    const uncaught: unknown[] = []
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => uncaught.push(error))
    const child = sandbox.spawn('sh', ['-c', 'echo 1; sleep 0.1; echo 2'])
    child.stdout.once('data', () => {
      throw new Error('of a listener')
    })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    await closed(child)
    process.removeAllListeners('uncaughtException')
    for (const listener of others) process.on('uncaughtException', listener)
    expect(uncaught).toEqual([new Error('of a listener')])
    expect(text).toBe('2\n')
  })

  test('the output limit counts stdout and stderr together, also of a stream', async () => {
    const { sandbox } = await openWorkspace(backend, { limits: { outputBytes: 300_000 } })
    const child = sandbox.spawn('sh', ['-c', 'cat /dev/zero & cat /dev/zero >&2'])
    const sizes = [0, 0]
    child.stdout.on('data', (chunk) => (sizes[0] += chunk.length))
    child.stderr.on('data', (chunk) => (sizes[1] += chunk.length))
    await closed(child)
    expect((sizes[0] as number) + (sizes[1] as number)).toBe(300_000)
    expect(child).toMatchObject({ limit: { kind: 'outputBytes', value: 300_000 }, signalCode: 'SIGKILL' })
  })
})
