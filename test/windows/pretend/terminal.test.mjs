// Commands on a pseudoconsole.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { node, withSandbox } from '../support/pretend.mjs'
import { underWine } from '../support/wine.mjs'

// Wine gives a command on a pseudoconsole no standard handles: it opens the console by name, as any program may.
const PRINT = `const { openSync, writeSync } = require('node:fs')
  writeSync(openSync('\\\\\\\\.\\\\CONOUT$', 'r+'), 'hello ' + (6 * 7) + '\\r\\n')`

test('what is shown comes back, and the end', async () => {
  await withSandbox(async (sandbox) => {
    const child = sandbox.spawn(...node(PRINT), { tty: { columns: 100, rows: 30 } })
    const closed = once(child, 'close')
    let shown = ''
    child.stdout.on('data', (chunk) => {
      shown += chunk
    })
    assert.equal(child.stderr, null)
    assert.deepEqual(await closed, [0, null])
    assert.match(shown, /hello 42/)
  })
})

test('a command that is killed on its terminal', async () => {
  await withSandbox(async (sandbox) => {
    const child = sandbox.spawn(...node(`${PRINT}; setInterval(() => {}, 1000)`), { tty: {} })
    const closed = once(child, 'close')
    await once(child.stdout, 'data')
    child.kill()
    assert.deepEqual(await closed, [null, 'SIGTERM'])
  })
})

test('another size', { skip: underWine() && 'Wine does not resize pseudoconsoles' }, async () => {
  await withSandbox(async (sandbox) => {
    const script = `process.stdout.on('resize', () => { console.log(process.stdout.columns, process.stdout.rows); process.exit() })
      console.log('up'); setInterval(() => {}, 100)`
    const child = sandbox.spawn(...node(script), { tty: { columns: 80, rows: 24 } })
    const closed = once(child, 'close')
    let shown = ''
    child.stdout.on('data', (chunk) => {
      if (shown === '') child.resize(132, 43)
      shown += chunk
    })
    await closed
    assert.match(shown, /132 43/)
  })
})
