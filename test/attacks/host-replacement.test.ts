/**
 * The host replaces or removes what is protected while a command runs: an editor that saves by rename, git that rewrites
 * its config. A bind stays on the old file, so the new one would be open (mount_namespaces(7), "Restrictions").
 * Seen failing without: Watch::Repair().
 */
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type PipedProcess, SandboxError } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { protectedWorkspace, writeFiles } from './support/workspaces.js'

/** Writes to a file as long as it can be opened, and tells so. */
const WRITE_FOR_EVER = 'echo ready; while :; do (echo evil >> "$1") 2>/dev/null; sleep 0.01; done'
const READ_FOR_EVER = 'echo ready; while :; do cat "$1" 2>/dev/null; sleep 0.01; done'

/** Longer than it takes from the event on the host to the new mount. */
const WINDOW_MS = 200

const REPOSITORY = { 'nested/.git/HEAD': '', 'nested/.git/objects/x': '', 'nested/.git/refs/x': '' }

function replace(file: string, content: string): void {
  writeFileSync(`${file}.new`, content)
  renameSync(`${file}.new`, file)
}

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test.each(['.mcp.json', 'nested/.git/config', '.bashrc'])(
    '%s, replaced by rename, is protected again or the command ends',
    async (name) => {
      const { work, open } = protectedWorkspace(backend)
      const file = join(work, name)
      writeFiles(work, { ...REPOSITORY, [name]: 'old\n' })
      const sandbox = await open()
      const child = sandbox.spawn('sh', ['-c', WRITE_FOR_EVER, 'sh', file])
      const errors: unknown[] = []
      child.on('error', (error) => errors.push(error))
      await started(child)
      for (let i = 0; i < 5; i++) {
        replace(file, 'new\n')
        await delay(WINDOW_MS)
        // In place: what gets in from now on, gets in through the protection.
        writeFileSync(file, 'settled\n')
        await delay(WINDOW_MS)
        expect(readFileSync(file, 'utf8')).toBe('settled\n')
      }
      if (backend === 'bubblewrap') {
        // The init that bwrap starts cannot mount, so the command has to end.
        expect(errors).toEqual([expect.objectContaining({ code: 'SANDBOX_PROTECTION_LOST' })])
      }
      child.kill('SIGKILL')
      await sandbox[Symbol.asyncDispose]()
    },
  )

  test('a denied file, replaced by rename, is hidden again or the command ends', async () => {
    const { work, open } = protectedWorkspace(backend)
    const file = join(work, 'secret')
    writeFileSync(file, 'old')
    const sandbox = await open({ filesystem: { [file]: 'none' } })
    const child = sandbox.spawn('sh', ['-c', READ_FOR_EVER, 'sh', file])
    child.on('error', () => {})
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    await started(child)
    replace(file, 'new')
    await delay(WINDOW_MS)
    output = ''
    writeFileSync(file, 'settled')
    await delay(WINDOW_MS)
    expect(output).toBe('')
    child.kill('SIGKILL')
    await sandbox[Symbol.asyncDispose]()
  })

  test('a protected directory that the host removes is held by a stub, or the command ends', async () => {
    const { work, open } = protectedWorkspace(backend)
    const directory = join(work, '.vscode')
    writeFiles(work, { '.vscode/tasks.json': '{}' })
    const sandbox = await open()
    const running = sandbox.exec('sh', ['-c', 'while :; do echo x > .vscode/tasks.json; done 2>&-'], { timeout: 1500 })
    await delay(300)
    rmSync(directory, { recursive: true })
    const outcome = await running.catch((reason: unknown) => reason)
    if (backend === 'bubblewrap') {
      // The init that bwrap starts cannot mount, so the command has to end.
      expect(outcome).toBeInstanceOf(SandboxError)
      expect(outcome).toMatchObject({ code: 'SANDBOX_PROTECTION_LOST', path: directory })
      expect((outcome as SandboxError).result).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
    } else {
      expect(outcome).toMatchObject({ timedOut: true })
    }
    await sandbox.close()
    // The stub went with the sandbox, and nothing was written to what held its place.
    expect(existsSync(directory)).toBe(false)
  })

  test('a directory above, replaced by rename', async () => {
    const { work, open } = protectedWorkspace(backend)
    const hooks = join(work, 'nested/.git/hooks')
    writeFiles(work, { ...REPOSITORY, 'nested/.git/hooks/x': '' })
    const sandbox = await open()
    const child = sandbox.spawn('sh', ['-c', WRITE_FOR_EVER, 'sh', join(hooks, 'pre-commit')])
    child.on('error', () => {})
    await started(child)
    renameSync(join(work, 'nested'), join(work, 'was'))
    mkdirSync(hooks, { recursive: true })
    await delay(WINDOW_MS)
    rmSync(join(hooks, 'pre-commit'), { force: true })
    await delay(WINDOW_MS)
    expect(() => readFileSync(join(hooks, 'pre-commit'))).toThrow(/ENOENT/)
    child.kill('SIGKILL')
    await sandbox[Symbol.asyncDispose]()
  })

  test('what is not protected may be replaced', async () => {
    const { work, open } = protectedWorkspace(backend)
    writeFiles(work, { file: 'old\n' })
    const sandbox = await open()
    const child = sandbox.spawn('sh', ['-c', WRITE_FOR_EVER, 'sh', join(work, 'file')])
    await started(child)
    replace(join(work, 'file'), '')
    await delay(WINDOW_MS)
    expect(readFileSync(join(work, 'file'), 'utf8')).toMatch(/^(evil\n)+$/)
    child.kill('SIGKILL')
    await once(child, 'close')
  })
})

/** A command that does not start is an error here, not a wait without end. */
async function started(child: PipedProcess): Promise<void> {
  const failed = once(child, 'close').then(() => Promise.reject(new Error('the command ended before it began')))
  await Promise.race([once(child.stdout, 'data'), failed])
  failed.catch(() => {})
}
