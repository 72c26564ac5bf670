/**
 * A descriptor that the host program left open without close-on-exec leads past every mount
 * (runc CVE-2024-21626; bwrap hands on all of them).
 * Seen failing without: close_range() in the launcher (RunChild and Main).
 */

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dlopen } from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { fixture, inside, onHost } from './support/probes.js'

const LEAKED = 400

beforeAll(() => dlopen({ exports: {} }, fixture('leak', 'library')))
afterAll(() => closeSync(LEAKED))

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('a command has its three descriptors and no other', async () => {
    const { sandbox } = await openWorkspace(backend)
    expect(await sandbox.exec(fixture('descriptors'))).toMatchObject({ stdout: '0 1 2 ', exitCode: 40 })
    // Control: a child of Node has the leaked one.
    expect(spawnSync(fixture('descriptors')).stdout.toString()).toContain(` ${LEAKED} `)
  })

  test('a leaked directory is not a way to what the sandbox hides', async () => {
    const { sandbox, outside } = await openWorkspace(backend)
    const file = `/proc/self/fd/${LEAKED}${join(outside, 'file')}`
    writeFileSync(join(outside, 'file'), '')
    expect(onHost('files', ['write', file])).toBe('allowed')
    writeFileSync(join(outside, 'file'), '')
    expect(await inside(sandbox, 'files', ['write', file])).toBe('not found')
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('')
  })

  test('descriptors that were asked for by number are there, and no other', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    const fd = openSync(join(work, 'file'), 'w')
    const child = sandbox.spawn(fixture('descriptors'), [], { stdio: ['ignore', 'pipe', 'ignore', 'ignore', fd] })
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
    })
    await once(child, 'close')
    closeSync(fd)
    expect(output).toBe('0 1 2 3 4 ')
  })
})
