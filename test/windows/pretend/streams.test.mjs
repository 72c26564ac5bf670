// What a command reads and writes through pipes: in full, in order, and with somebody waiting for somebody.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { node, withSandbox } from '../support/pretend.mjs'

const MEBIBYTE = 2 ** 20

function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

async function contentOf(stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const ECHO = 'process.stdin.pipe(process.stdout)'

test('16 MiB go in and come out again', async () => {
  await withSandbox(async (sandbox) => {
    const bytes = Buffer.alloc(16 * MEBIBYTE)
    for (let i = 0; i < bytes.length; i += 4) bytes.writeUInt32LE((i * 2654435761) >>> 0, i)
    const child = sandbox.spawn(...node(ECHO))
    const closed = once(child, 'close')
    child.stdin.end(bytes)
    const content = await contentOf(child.stdout)
    assert.equal(content.length, bytes.length)
    assert.equal(hashOf(content), hashOf(bytes))
    assert.deepEqual(await closed, [0, null])
  })
})

test('both outputs are read at once', async () => {
  await withSandbox(async (sandbox) => {
    const child = sandbox.spawn(
      ...node(`for (let i = 0; i < 64; i++) {
        process.stdout.write('o'.repeat(65536)); process.stderr.write('e'.repeat(65536))
      }`),
    )
    const [out, err] = await Promise.all([contentOf(child.stdout), contentOf(child.stderr)])
    assert.ok(out.equals(Buffer.alloc(4 * MEBIBYTE, 'o')))
    assert.ok(err.equals(Buffer.alloc(4 * MEBIBYTE, 'e')))
  })
})

test('a command whose output nobody reads waits, and goes on when somebody does', async () => {
  await withSandbox(async (sandbox) => {
    const child = sandbox.spawn(
      ...node(`const { writeSync } = require('node:fs')
        const block = Buffer.alloc(65536, 'x')
        for (let i = 1; i <= 160; i++) { writeSync(1, block); writeSync(2, i + ' ') }`),
    )
    const closed = once(child, 'close')
    let told = ''
    child.stderr.on('data', (chunk) => {
      told += chunk
    })
    const written = () => Number(told.trim().split(' ').at(-1) || 0)
    let before = -1
    while (written() === 0 || written() !== before) {
      before = written()
      await sleep(500)
    }
    // 2 MiB in blocks, and what pipe and stream hold; but never all of it.
    assert.ok(before < 100, `${before} of 160 blocks were written`)
    assert.equal((await contentOf(child.stdout)).length, 160 * 65536)
    await closed
    assert.equal(written(), 160)
  })
})

test('a writer waits for a command that reads late', async () => {
  await withSandbox(async (sandbox) => {
    const child = sandbox.spawn(
      ...node(`setTimeout(() => {
        let sum = 0
        process.stdin.on('data', (chunk) => { sum += chunk.length }).on('end', () => console.log(sum))
      }, 1000)`),
    )
    let done = false
    child.stdin.write(Buffer.alloc(8 * MEBIBYTE), (error) => {
      assert.equal(error ?? undefined, undefined)
      done = true
    })
    assert.equal(child.stdin.writableNeedDrain, true)
    await sleep(300)
    assert.equal(done, false)
    child.stdin.end()
    assert.equal(String(await contentOf(child.stdout)), `${8 * MEBIBYTE}\n`)
    assert.equal(done, true)
  })
})

test('what a command has not read when it ends is not written', async () => {
  await withSandbox(async (sandbox) => {
    const child = sandbox.spawn(...node('console.log("up"); setTimeout(() => process.exit(4), 500)'))
    const closed = once(child, 'close')
    await once(child.stdout, 'data')
    // Told before the command's end, it is an error of the stream as well.
    child.stdin.on('error', () => {})
    const [error] = await new Promise((resolve) =>
      child.stdin.write(Buffer.alloc(MEBIBYTE), (...args) => resolve(args)),
    )
    assert.match(error.code, /^(EPIPE|ECANCELED)$/)
    assert.deepEqual(await closed, [4, null])
  })
})

test('lines are whole, whatever pieces they come in', async () => {
  await withSandbox(async (sandbox) => {
    const child = sandbox.spawn(
      ...node(`const { writeSync } = require('node:fs')
        for (const byte of Buffer.from('ä1\\r\\nzwei\\n\\ndrei')) writeSync(1, Buffer.from([byte]))`),
    )
    const lines = []
    for await (const line of child.lines()) lines.push(line)
    assert.deepEqual(lines, ['ä1', 'zwei', '', 'drei'])
  })
})

test('files can be the streams of a command, and nothing', async () => {
  await withSandbox(async (sandbox, cwd) => {
    const [input, output] = [join(cwd, 'input.txt'), join(cwd, 'output.txt')]
    writeFileSync(input, 'from a file')
    const [from, to] = [openSync(input, 'r'), openSync(output, 'w')]
    const child = sandbox.spawn(...node(ECHO), { stdio: [from, to, 'ignore'] })
    const closed = once(child, 'close')
    closeSync(from)
    closeSync(to)
    assert.deepEqual(await closed, [0, null])
    assert.equal(readFileSync(output, 'utf8'), 'from a file')
    assert.deepEqual(child.stdio, [null, null, null])
  })
})

test('a descriptor that is not open is a failure, and nothing runs', async () => {
  await withSandbox(async (sandbox) => {
    const child = sandbox.spawn(...node(''), { stdio: ['ignore', 777, 'ignore'] })
    const [error] = await once(child, 'error')
    assert.equal(error.stage, 'windows.launch.stdio')
    assert.equal(error.osCode, 6)
    assert.equal(child.pid, undefined)
  })
})

test('nothing but its three streams is handed to a command', async () => {
  await withSandbox(async (sandbox, cwd) => {
    // An inheritable handle, as others in this process may have them.
    const held = openSync(join(cwd, 'held'), 'w')
    const script = `const { fstatSync } = require('node:fs')
      const open = []
      for (let fd = 3; fd < 64; fd++) { try { if (fstatSync(fd).isFile()) open.push(fd) } catch {} }
      console.log(JSON.stringify(open))`
    const { stdout } = await sandbox.exec(...node(script))
    closeSync(held)
    assert.deepEqual(JSON.parse(stdout), [])
  })
})
