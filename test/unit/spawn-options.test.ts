import { expect, test } from 'vitest'
import { parseSpawn } from '../../lib/spawn-options.js'

const PIPES = [{ kind: 'pipe' }, { kind: 'pipe' }, { kind: 'pipe' }]

test('the defaults', () => {
  expect(parseSpawn('ls')).toEqual({
    command: 'ls',
    args: [],
    argv0: 'ls',
    cwd: undefined,
    env: undefined,
    stdio: PIPES,
    tty: undefined,
    signal: undefined,
    timeoutMs: 0,
    killSignal: 15,
    forceKillAfterMs: 5000,
  })
})

test('arguments may be left out, null, numbers', () => {
  const options = { argv0: 'x' }
  expect(parseSpawn('ls', options)).toEqual(parseSpawn('ls', [], options))
  expect(parseSpawn('ls', null, options)).toEqual(parseSpawn('ls', undefined, options))
  expect(parseSpawn('sleep', [10, true])).toMatchObject({ args: ['10', 'true'] })
})

test('what makes no sense in a sandbox may be said with its harmless value', () => {
  expect(parseSpawn('ls', { detached: false, shell: false, windowsHide: true })).toEqual(parseSpawn('ls'))
})

test('stdio in its forms', () => {
  const stdio = (value: unknown) => parseSpawn('ls', { stdio: value }).stdio
  expect(stdio(undefined)).toEqual(PIPES)
  expect(stdio('overlapped')).toEqual(PIPES)
  expect(stdio(['pipe'])).toEqual(PIPES)
  expect(stdio([null, undefined, 'pipe', null])).toEqual(PIPES)
  expect(stdio('inherit')).toEqual([0, 1, 2].map((fd) => ({ kind: 'fd', fd })))
  expect(stdio(['ignore', 7, process.stderr])).toEqual([
    { kind: 'ignore' },
    { kind: 'fd', fd: 7 },
    { kind: 'fd', fd: 2 },
  ])
  expect(stdio(['pipe', 'pipe', 'pipe', 'ignore', 9])).toEqual([...PIPES, { kind: 'ignore' }, { kind: 'fd', fd: 9 }])
})

test('a terminal and its size', () => {
  const tty = (value: unknown) => parseSpawn('ls', { tty: value }).tty
  expect(tty({})).toEqual({ columns: 80, rows: 24 })
  expect(tty({ columns: 65_535, rows: 1 })).toEqual({ columns: 65_535, rows: 1 })
  expect(tty(null)).toBeUndefined()
  const stdio = [null, 'pipe', undefined, 'ignore', 9]
  expect(parseSpawn('ls', { tty: {}, stdio }).stdio).toEqual([...PIPES, { kind: 'ignore' }, { kind: 'fd', fd: 9 }])
})

test('variables that are undefined are left out, numbers become text', () => {
  expect({ ...parseSpawn('ls', { env: { A: '1', B: undefined, C: 2 } }).env }).toEqual({ A: '1', C: '2' })
})

const refused: Array<[string, unknown[], RegExp]> = [
  ['no command', [], /"command" argument must be a string.*undefined/],
  ['an empty command', [''], /'command' cannot be empty/],
  ['a command with NUL', ['a\0b'], /'command' must be a string without null bytes/],
  ['a command that is no string', [{}], /"command"/],
  ['arguments that are a string', ['ls', '-l'], /"args" argument must be an array/],
  ['an argument that is undefined', ['ls', ['a', undefined]], /"args\[1\]"/],
  ['an argument with NUL', ['ls', ['\0']], /'args\[0\]' must be a string without null bytes/],
  ['options that are a string', ['ls', [], 'x'], /"options"/],
  ['a cwd that is a number', ['ls', { cwd: 5 }], /"options\.cwd"/],
  ['an empty cwd', ['ls', { cwd: '' }], /options\.cwd/],
  ['a cwd with NUL', ['ls', { cwd: '/a\0' }], /options\.cwd/],
  ['a cwd on the web', ['ls', { cwd: new URL('http://x/') }], /options\.cwd.*file: URL/],
  ['an environment that is an array', ['ls', { env: [] }], /"options\.env"/],
  ['a variable with NUL in its value', ['ls', { env: { A: '\0' } }], /options\.env\['A'\]/],
  ['a variable with NUL in its name', ['ls', { env: { 'A\0': '' } }], /options\.env/],
  ['a variable that is an object', ['ls', { env: { A: {} } }], /options\.env\['A'\]/],
  ['argv0 that is a number', ['ls', { argv0: 1 }], /"options\.argv0"/],
  ['a timeout that is a string', ['ls', { timeout: '5' }], /"options\.timeout"/],
  ['a negative timeout', ['ls', { timeout: -1 }], /options\.timeout/],
  ['an unknown signal', ['ls', { killSignal: 'SIGNOPE' }], /options\.killSignal.*known signal/],
  ['signal 0 to kill with', ['ls', { killSignal: 0 }], /options\.killSignal/],
  ['a negative delay', ['ls', { forceKillAfterMs: -1 }], /options\.forceKillAfterMs/],
  ['something else than an AbortSignal', ['ls', { signal: {} }], /"options\.signal"/],
  ['detached', ['ls', { detached: true }], /options\.detached/],
  ['shell', ['ls', { shell: true }], /options\.shell.*sandbox\.shell/],
  ['another user', ['ls', { uid: 0 }], /options\.uid/],
  ['another group', ['ls', { gid: 0 }], /options\.gid/],
]

test.each(refused)('%s is a TypeError that names the field', (_, args, message) => {
  const parse = () => parseSpawn(...(args as [unknown]))
  expect(parse).toThrow(TypeError)
  expect(parse).toThrow(message)
})
