// How commands end: by themselves, by us, with their tree, and with the program that started them.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { node, withDirectory, withSandbox } from '../support/pretend.mjs'

const FOR_EVER = 'console.log("up"); setInterval(() => {}, 1000)'

/** Writes a beat into `file` every 50 ms for as long as it lives. */
const pulse = (file) => `const { appendFileSync } = require('node:fs')
  setInterval(() => appendFileSync(${JSON.stringify(file)}, '.'), 50)`

function beats(file) {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0
}

async function untilItBeats(file) {
  const end = Date.now() + 20_000
  while (!beats(file)) {
    assert.ok(Date.now() < end, `${file} stays empty`)
    await sleep(50)
  }
}

/** The control is that it beat before. */
async function assertSilent(file) {
  assert.ok(readFileSync(file).length > 0)
  await sleep(200)
  const before = readFileSync(file).length
  await sleep(500)
  assert.equal(readFileSync(file).length, before, 'it still beats')
}

test('kill ends it with the signal that was given', async () => {
  await withSandbox(async (sandbox) => {
    for (const signal of ['SIGTERM', 'SIGKILL', 'SIGINT']) {
      const child = sandbox.spawn(...node(FOR_EVER))
      await once(child.stdout, 'data')
      assert.equal(child.kill(0), true)
      assert.equal(child.kill(signal), true)
      assert.deepEqual(await once(child, 'close'), [null, signal])
      assert.equal(child.signalCode, signal)
      assert.equal(child.kill(), false)
    }
  })
})

test('a signal that Windows cannot imitate is an error, as of a ChildProcess', async () => {
  await withSandbox(async (sandbox) => {
    const child = sandbox.spawn(...node(FOR_EVER))
    const closed = once(child, 'close')
    assert.throws(() => child.kill('SIGHUP'), { code: 'ENOSYS' })
    child.kill('SIGKILL')
    assert.deepEqual(await closed, [null, 'SIGKILL'])
  })
})

test('it may be killed before it has started', async () => {
  await withSandbox(async (sandbox) => {
    for (const signal of ['SIGKILL', 'SIGTERM']) {
      const child = sandbox.spawn(...node(FOR_EVER))
      child.kill(signal)
      assert.deepEqual(await once(child, 'close'), [null, signal])
    }
  })
})

test('a timeout', async () => {
  await withSandbox(async (sandbox) => {
    const result = await sandbox.exec(...node(FOR_EVER), { timeout: 1500 })
    assert.equal(result.timedOut, true)
    assert.equal(result.signal, 'SIGTERM')
    assert.equal(result.stdout, 'up\n')
  })
})

test('an abort', async () => {
  await withSandbox(async (sandbox) => {
    const controller = new AbortController()
    const child = sandbox.spawn(...node(FOR_EVER), { signal: controller.signal })
    const failed = once(child, 'error')
    await once(child.stdout, 'data')
    controller.abort()
    assert.equal((await failed)[0].name, 'AbortError')
    await once(child, 'close')
    assert.equal(child.isCanceled, true)
  })
})

test('what a command has started ends with it', async () => {
  await withSandbox(async (sandbox, cwd) => {
    const beating = join(cwd, 'beats')
    const script = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(pulse(beating))}],
        { detached: true, stdio: 'ignore' }).unref()
      const { statSync } = require('node:fs')
      setInterval(() => { if (statSync(${JSON.stringify(beating)}, { throwIfNoEntry: false })?.size > 0) process.exit(5) }, 50)`
    const child = sandbox.spawn(...node(script))
    assert.deepEqual(await once(child, 'close'), [5, null])
    await assertSilent(beating)
  })
})

test('a kill is for the whole tree', async () => {
  await withSandbox(async (sandbox, cwd) => {
    const beating = join(cwd, 'beats')
    const script = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(pulse(beating))}],
        { stdio: 'ignore' }); setInterval(() => {}, 1000)`
    const child = sandbox.spawn(...node(script))
    await untilItBeats(beating)
    child.kill()
    await once(child, 'close')
    await assertSilent(beating)
  })
})

test('closing the sandbox waits, disposing of it ends everything', async () => {
  await withSandbox(async (sandbox) => {
    const child = sandbox.spawn(...node(FOR_EVER))
    const closed = once(child, 'close')
    await once(child.stdout, 'data')
    await sandbox[Symbol.asyncDispose]()
    assert.deepEqual(await closed, [null, 'SIGKILL'])
    assert.throws(() => sandbox.spawn(...node('')), { code: 'SANDBOX_CLOSED' })
  })
})

const support = pathToFileURL(join(import.meta.dirname, '..', 'support', 'pretend.mjs')).href

/** A program that starts a command that beats, and then does `after`. */
function hostScript(beating, after) {
  return `import { statSync } from 'node:fs'
    import { node, withDirectory, withSandbox } from ${JSON.stringify(support)}
    await withSandbox(async (sandbox) => {
      sandbox.spawn(...node(${JSON.stringify(pulse(beating))}))
      while (!(statSync(${JSON.stringify(beating)}, { throwIfNoEntry: false })?.size > 0)) await new Promise((resolve) => setTimeout(resolve, 50))
      ${after}
      await new Promise(() => setInterval(() => {}, 1000))
    })`
}

test('killed, the program takes its commands with it', async () => {
  await withDirectory(async (directory) => {
    const beating = join(directory, 'beats')
    const main = join(directory, 'main.mjs')
    writeFileSync(main, hostScript(beating, ''))
    const host = spawn(process.execPath, [main], { stdio: 'ignore' })
    await untilItBeats(beating)
    host.kill('SIGKILL')
    await once(host, 'exit')
    await assertSilent(beating)
  })
})

test('so does process.exit()', async () => {
  await withDirectory(async (directory) => {
    const beating = join(directory, 'beats')
    const main = join(directory, 'main.mjs')
    writeFileSync(main, hostScript(beating, 'process.exit(3)'))
    const host = spawn(process.execPath, [main], { stdio: 'ignore' })
    assert.deepEqual(await once(host, 'exit'), [3, null])
    await assertSilent(beating)
  })
})

test('so does the end of a worker thread', async () => {
  await withDirectory(async (directory) => {
    const beating = join(directory, 'beats')
    const main = join(directory, 'main.mjs')
    writeFileSync(main, hostScript(beating, ''))
    const worker = new Worker(pathToFileURL(main))
    await untilItBeats(beating)
    assert.equal(await worker.terminate(), 1)
    await assertSilent(beating)
  })
})

test('an unreferenced command does not keep a program', async () => {
  await withDirectory(async (directory) => {
    const main = join(directory, 'main.mjs')
    const beating = join(directory, 'beats')
    writeFileSync(
      main,
      `import { statSync } from 'node:fs'
      import { node, withDirectory, withSandbox } from ${JSON.stringify(support)}
      withSandbox(async (sandbox) => {
        const child = sandbox.spawn(...node(${JSON.stringify(pulse(beating))}), { stdio: 'ignore' })
        while (!(statSync(${JSON.stringify(beating)}, { throwIfNoEntry: false })?.size > 0)) await new Promise((resolve) => setTimeout(resolve, 50))
        child.unref()
        await new Promise(() => {})
      })`,
    )
    const host = spawn(process.execPath, [main], { stdio: 'ignore' })
    // 13: the top level never got to its end.
    const [code] = await once(host, 'exit')
    assert.ok(code === 0 || code === 13, `exit code ${code}`)
    await assertSilent(beating)
  })
})
