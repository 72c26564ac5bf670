/** Tools that make files: make and cc, tar, and a search through everything that can be seen. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { copyFixture, defaultFence, homeDirectory, needProgram, onHost, run, writeFiles } from './support/project.js'

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('make -j2 of a C project, twice', { timeout: 60_000 }, async (context) => {
    for (const name of ['make', 'cc']) needProgram(context, name)
    const work = join(homeDirectory(), 'work')
    copyFixture('c-project', work)
    const sandbox = await defaultFence(backend, work)
    expect(await run(sandbox, 'make', ['-j2'])).toContain('-o hello')
    expect(readFileSync(join(work, 'output'), 'utf8')).toBe('hello 6\n')
    writeFileSync(join(work, 'greet.c'), readFileSync(join(work, 'greet.c'), 'utf8').replace('hello', 'well, hello'))
    const again = await run(sandbox, 'make', ['-j2'])
    expect(again).toContain('greet.o')
    expect(again).not.toContain('count.o count.c')
    await run(sandbox, 'make', ['clean'])
    expect(existsSync(join(work, 'hello'))).toBe(false)
  })

  test('tar makes and extracts archives, with links and times', async () => {
    const work = homeDirectory()
    writeFiles(work, { 'tree/a/b/file': 'text', 'tree/other': 'more' })
    const sandbox = await defaultFence(backend, work)
    await run(sandbox, 'sh', ['-c', 'ln -s a/b tree/link; ln tree/other tree/hard; touch -d 2001-01-01 tree/other'])
    await run(sandbox, 'tar', ['-czf', 'tree.tar.gz', 'tree'])
    mkdirSync(join(work, 'to'))
    await run(sandbox, 'tar', ['-xzpf', 'tree.tar.gz', '-C', 'to'])
    expect(onHost(work, 'diff', ['-r', 'tree', 'to/tree'])).toBe('')
    expect(onHost(work, 'find', ['to/tree', '-newermt', '2001-01-02', '-name', 'other'])).toBe('')
    expect(onHost(work, 'readlink', ['to/tree/link'])).toBe('a/b\n')
    const outside = homeDirectory()
    const { exitCode, stderr } = await sandbox.exec('tar', ['-xzf', 'tree.tar.gz', '-C', outside])
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain('Read-only file system')
  })

  test('find / -xdev comes to its end and finds', { timeout: 120_000 }, async () => {
    const work = homeDirectory()
    writeFiles(work, { 'a/ringfence-needle': '' })
    const sandbox = await defaultFence(backend, work)
    // The workspace need not be of the same file system as the root.
    const result = await sandbox.exec('find', ['/', work, '-xdev', '-name', 'ringfence-needle'], { timeout: 110_000 })
    expect(result.timedOut).toBe(false)
    expect(result.stdout.split('\n')).toContain(join(work, 'a/ringfence-needle'))
    const complaints = result.stderr.split('\n').filter((line) => line !== '' && !line.includes('Permission denied'))
    // What vanishes meanwhile is not the fence's doing.
    expect(complaints.filter((line) => !line.includes('No such file'))).toEqual([])
  })

  test('tools that read the state of the system', async (context) => {
    const sandbox = await defaultFence(backend, homeDirectory())
    expect(await run(sandbox, 'uname', ['-sm'])).toBe(onHost('/', 'uname', ['-sm']))
    expect(await run(sandbox, 'id', ['-u'])).toBe(`${process.getuid?.()}\n`)
    expect(await run(sandbox, 'df', ['.'])).toContain('%')
    expect(await run(sandbox, 'nproc')).toMatch(/^\d+$/m)
    needProgram(context, 'dpkg')
    expect(await run(sandbox, 'apt-get', ['--version'])).toMatch(/^apt /)
    expect(await run(sandbox, 'dpkg-query', ['--show', 'dpkg'])).toMatch(/^dpkg\t/)
    expect(await run(sandbox, 'apt-cache', ['policy', 'dpkg'])).toContain('Installed')
  })
})
