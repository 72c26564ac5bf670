/** Python: its caches, atomic replacement, databases, and everything that runs more than one process. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import {
  copyFixture,
  defaultFence,
  fixturePath,
  homeDirectory,
  needProgram,
  run,
  writeFiles,
} from './support/project.js'

beforeEach((context) => needProgram(context, 'python3'))

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('py_compile and imports write their caches in the workspace, and do without elsewhere', async () => {
    const work = homeDirectory()
    const outside = homeDirectory()
    for (const directory of [work, outside]) writeFiles(directory, { 'module.py': 'print("imported")\n' })
    const sandbox = await defaultFence(backend, work)
    await run(sandbox, 'python3', ['-m', 'py_compile', 'module.py'])
    expect(readdirSync(join(work, '__pycache__'))).toHaveLength(1)
    expect(await run(sandbox, 'python3', ['-m', 'module'], { cwd: outside })).toBe('imported\n')
    const { exitCode, stderr } = await sandbox.exec('python3', ['-m', 'py_compile', join(outside, 'module.py')])
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain('Read-only file system')
    expect(existsSync(join(outside, '__pycache__'))).toBe(false)
  })

  test('files replaced as pip does it, temporary directories', async () => {
    const work = homeDirectory()
    const outside = homeDirectory()
    for (const directory of [work, outside]) writeFiles(directory, { 'settings.cfg': 'old' })
    const sandbox = await defaultFence(backend, work)
    expect(await run(sandbox, 'python3', [fixturePath('replace.py')])).toBe('replaced\n')
    expect(readFileSync(join(work, 'settings.cfg'), 'utf8')).toBe('new')
    expect(readdirSync(work).sort()).toEqual(expect.arrayContaining(['package', 'settings.cfg']))
    expect(readdirSync(work).filter((name) => /^(tmp|\.settings-)/.test(name))).toEqual([])
    const { exitCode } = await sandbox.exec('python3', [fixturePath('replace.py')], { cwd: outside })
    expect(exitCode).not.toBe(0)
    expect(readFileSync(join(outside, 'settings.cfg'), 'utf8')).toBe('old')
  })

  test('a virtual environment', { timeout: 60_000 }, async (context) => {
    const work = homeDirectory()
    const sandbox = await defaultFence(backend, work)
    const { exitCode, stdout } = await sandbox.exec('python3', ['-m', 'venv', '--without-pip', 'venv'])
    if (exitCode !== 0) context.skip(`no venv in this Python: ${stdout}`)
    const prefix = await run(sandbox, 'venv/bin/python', ['-c', 'import sys; print(sys.prefix)'])
    expect(prefix).toBe(`${join(work, 'venv')}\n`)
  })

  test('sqlite with a write-ahead log and two writers', { timeout: 60_000 }, async () => {
    const work = homeDirectory()
    copyFixture('database.py', join(work, 'database.py'))
    const sandbox = await defaultFence(backend, work)
    expect(await run(sandbox, 'python3', ['database.py'])).toBe('(100, 4950)\n')
    // Where it cannot write it still reads.
    const read =
      'import sqlite3; print(sqlite3.connect("file:data.sqlite?immutable=1", uri=True).execute("pragma integrity_check").fetchone())'
    const other = await defaultFence(backend, homeDirectory())
    expect(await run(other, 'python3', ['-c', read], { cwd: work })).toBe("('ok',)\n")
    const write = 'import sqlite3; sqlite3.connect("data.sqlite").execute("drop table numbers")'
    expect((await other.exec('python3', ['-c', write], { cwd: work })).exitCode).not.toBe(0)
    await run(sandbox, 'python3', ['-c', write])
  })

  test('asyncio, multiprocessing, shared memory, unix sockets of its own', { timeout: 60_000 }, async () => {
    const sandbox = await defaultFence(backend, homeDirectory())
    expect(await run(sandbox, 'python3', [fixturePath('many_processes.py')])).toBe('all of it\n')
  })

  test('a terminal of its own', async () => {
    const sandbox = await defaultFence(backend, homeDirectory())
    const output = await run(sandbox, 'python3', [fixturePath('terminal.py')])
    expect(output).toMatch(/^\/dev\/pts\/\d+$/m)
    expect(output).toContain('got typed')
  })
})
