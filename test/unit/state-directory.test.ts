import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStateDirectory } from '../../lib/state-directory.js'

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ringfence-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

const modeOf = (path: string) => statSync(path).mode & 0o777

test('makes a private directory with what stands in for hidden paths', async () => {
  const path = join(temporaryDirectory(), 'deep/er/state')
  expect(await openStateDirectory({ path })).toBe(path)
  expect(modeOf(path)).toBe(0o700)
  expect(modeOf(join(path, 'stubs'))).toBe(0o700)
  expect([modeOf(join(path, 'masks/file')), statSync(join(path, 'masks/file')).isFile()]).toEqual([0, true])
  expect([modeOf(join(path, 'masks/dir')), statSync(join(path, 'masks/dir')).isDirectory()]).toEqual([0, true])
  expect(await openStateDirectory({ path })).toBe(path)
})

test('RINGFENCE_STATE_DIR comes before XDG_STATE_HOME', async () => {
  const directory = temporaryDirectory()
  const env = { XDG_STATE_HOME: join(directory, 'xdg') }
  expect(await openStateDirectory({ env })).toBe(join(directory, 'xdg/ringfence'))
  const stated = join(directory, 'stated')
  expect(await openStateDirectory({ env: { ...env, RINGFENCE_STATE_DIR: stated } })).toBe(stated)
})

test('where the usual place cannot be made the next is taken', async () => {
  const file = join(temporaryDirectory(), 'file')
  writeFileSync(file, '')
  const found = await openStateDirectory({ env: { XDG_STATE_HOME: join(file, 'below') } })
  expect(found).not.toContain(file)
  expect(existsSync(join(found, 'masks/file'))).toBe(true)
})

const spoiled: Array<[string, (path: string) => void]> = [
  ['a file', (path) => writeFileSync(path, '')],
  [
    'a link',
    (path) => {
      mkdirSync(`${path}-target`, { mode: 0o700 })
      symlinkSync(`${path}-target`, path)
    },
  ],
  ['a directory that others may enter', (path) => mkdirSync(path, { mode: 0o755 })],
  [
    'a mask with something in it',
    (path) => {
      mkdirSync(join(path, 'masks'), { recursive: true, mode: 0o700 })
      writeFileSync(join(path, 'masks/file'), 'shown in place of what is denied')
    },
  ],
  [
    'a mask that is a link',
    (path) => {
      mkdirSync(join(path, 'masks'), { recursive: true, mode: 0o700 })
      symlinkSync('/etc/passwd', join(path, 'masks/file'))
    },
  ],
  [
    'a filled hidden directory',
    (path) => {
      mkdirSync(join(path, 'masks/dir'), { recursive: true, mode: 0o700 })
      writeFileSync(join(path, 'masks/dir/file'), '')
    },
  ],
]

test.each(spoiled)('%s is refused, and nothing else is tried', async (_, spoil) => {
  const path = join(temporaryDirectory(), 'state')
  spoil(path)
  if (existsSync(join(path, 'masks'))) chmodSync(path, 0o700)
  await expect(openStateDirectory({ path })).rejects.toMatchObject({
    name: 'SandboxError',
    code: 'SANDBOX_SETUP_FAILED',
    stage: 'state.directory',
    path: expect.stringContaining(path),
    hint: expect.stringContaining('RINGFENCE_STATE_DIR'),
  })
})

test('a relative path is refused', async () => {
  await expect(openStateDirectory({ path: 'state' })).rejects.toMatchObject({ stage: 'state.directory' })
})

test('what the system says comes with its numbers', async () => {
  const path = join(temporaryDirectory(), 'x'.repeat(300))
  await expect(openStateDirectory({ path })).rejects.toMatchObject({ errno: 36, syscall: 'mkdir', path })
})
