import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bubblewrapWarning, findBubblewrap, inspectBubblewrap } from '../../../lib/probe/bubblewrap.js'
import { linuxBinding } from '../../support/linux.js'
import { temporaryDirectory } from '../../support/sandboxes.js'

/** A program of that name which prints a version and a help of our choice. */
function fakeBubblewrap(directory: string, { version = 'bubblewrap 0.8.0', help = '', code = 0 } = {}): string {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, 'bwrap')
  const script = `#!/bin/sh\ncase $1 in --version) echo '${version}'; exit ${code};; --help) echo '${help}';; esac\n`
  writeFileSync(path, script)
  chmodSync(path, 0o755)
  return path
}

const search = (searchPath: string, untrusted: string[] = []) =>
  findBubblewrap({ path: undefined, untrusted, searchPath })

test('the first executable file of the name on PATH', async () => {
  const root = temporaryDirectory()
  const found = fakeBubblewrap(join(root, 'b'))
  fakeBubblewrap(join(root, 'c'))
  mkdirSync(join(root, 'a/bwrap'), { recursive: true })
  mkdirSync(join(root, 'plain'))
  writeFileSync(join(root, 'plain/bwrap'), '')
  expect(await search(['missing', 'a', 'plain', 'b', 'c'].map((name) => join(root, name)).join(':'))).toBe(found)
  expect(await search(join(root, 'missing'))).toBeUndefined()
})

test('relative entries of PATH are not looked at', async () => {
  fakeBubblewrap(temporaryDirectory())
  expect(await search(':.:relative')).toBeUndefined()
})

test('one that a command could have put there is passed over, through links as well', async () => {
  const root = temporaryDirectory()
  const trap = fakeBubblewrap(join(root, 'workspace/bin'))
  const good = fakeBubblewrap(join(root, 'good'))
  mkdirSync(join(root, 'links'))
  symlinkSync(trap, join(root, 'links/bwrap'))
  const path = [join(root, 'workspace/bin'), join(root, 'links'), join(root, 'good')].join(':')
  // Control: without the tree it is the first.
  expect(await search(path)).toBe(trap)
  expect(await search(path, [join(root, 'workspace')])).toBe(good)
})

test('a path that the caller gives is used as it is', async () => {
  const root = temporaryDirectory()
  const path = fakeBubblewrap(root)
  expect(await findBubblewrap({ path, untrusted: [root], searchPath: '' })).toBe(path)
  expect(await findBubblewrap({ path: join(root, 'none'), untrusted: [], searchPath: root })).toBeUndefined()
})

test('version and options come from its own words', async () => {
  const help = '--ro-bind SRC DEST  --as-pid-1\n --seccomp FD --ro-bind-try'
  const executable = fakeBubblewrap(temporaryDirectory(), { version: 'bubblewrap 0.11.0', help })
  expect(await inspectBubblewrap(linuxBinding(), executable)).toEqual({
    found: { executable, version: '0.11.0', flags: ['--as-pid-1', '--ro-bind', '--ro-bind-try', '--seccomp'] },
  })
})

test.each([
  ['an old version', { version: 'bubblewrap 0.3.3' }],
  ['no version', { version: 'something else' }],
  ['a failure', { code: 1 }],
])('%s is refused', async (_, options) => {
  const executable = fakeBubblewrap(temporaryDirectory(), options)
  expect(await inspectBubblewrap(linuxBinding(), executable)).toEqual({
    failure: { stage: 'linux.bubblewrap.version', syscall: '', errno: 0, path: executable },
  })
})

test('a file that cannot be executed is a failure with its numbers', async () => {
  const executable = join(temporaryDirectory(), 'bwrap')
  writeFileSync(executable, 'neither a script nor a program', { mode: 0o755 })
  expect(await inspectBubblewrap(linuxBinding(), executable)).toMatchObject({
    failure: { stage: 'linux.tool.spawn', errno: 8 },
  })
})

test('a warning names the options that are missing', () => {
  const flags = ['--perms', '--unshare-cgroup-try']
  expect(bubblewrapWarning({ executable: '/b', version: '0.8.0', flags })).toBeUndefined()
  expect(bubblewrapWarning({ executable: '/b', version: '0.4.0', flags: [] })).toMatch(/\/b \(0\.4\.0\).*--perms/)
})
