import { expect, test } from 'vitest'
import { errorLine } from '../../lib/cli/error-line.js'
import { asSandboxError, fieldsOf, sandboxErrorOf } from '../../lib/failure.js'
import type { NativeFailure, OsCodeKind } from '../../lib/native/binding-types.js'

function windowsFailure(stage: string, osCode: number, more: Partial<NativeFailure> = {}): NativeFailure {
  return { stage, syscall: 'CreateProcessAsUserW', errno: 0, osCode, osCodeKind: 'win32', ...more }
}

test.each([
  ['windows.process.create', 2, 'SANDBOX_PROGRAM_NOT_FOUND', 'program not found'],
  ['windows.process.create', 3, 'SANDBOX_PROGRAM_NOT_FOUND', 'program not found'],
  ['windows.launch.find', 2, 'SANDBOX_PROGRAM_NOT_FOUND', 'program not found'],
  ['windows.process.create', 5, 'SANDBOX_PERMISSION_DENIED', 'program cannot be executed'],
  ['windows.process.create', 740, 'SANDBOX_PERMISSION_DENIED', 'program cannot be executed'],
  ['windows.process.create', 193, 'SANDBOX_EXEC_FAILED', 'program cannot be executed'],
  ['windows.process.create', 1312, 'SANDBOX_EXEC_FAILED', 'program cannot be executed'],
  ['windows.process.create', 267, 'SANDBOX_SETUP_FAILED', 'working directory cannot be entered'],
  ['windows.acl.write', 5, 'SANDBOX_SETUP_FAILED', 'sandbox setup failed'],
])('%s, %i is %s', (stage, osCode, code, subject) => {
  const error = sandboxErrorOf(windowsFailure(stage, osCode))
  expect(error).toMatchObject({ code, stage, osCode, osCodeKind: 'win32', syscall: 'CreateProcessAsUserW' })
  expect(error.message.startsWith(`${subject} (`)).toBe(true)
  expect(error).not.toHaveProperty('errno')
})

test('a message has the number with its name', () => {
  const error = sandboxErrorOf(windowsFailure('windows.process.create', 2, { path: 'C:\\x.exe' }))
  expect(error.message).toBe(
    'program not found: C:\\x.exe (windows.process.create: CreateProcessAsUserW ERROR_FILE_NOT_FOUND 2)',
  )
  expect(errorLine(error)).toBe(`ringfence: ${error.message}.`)
})

test.each([
  [4242, 'win32', 'error 4242'],
  [0x80004001, 'hresult', 'HRESULT 0x80004001'],
  [0, 'unreported', 'failed without a number'],
] satisfies Array<[number, OsCodeKind, string]>)('%i of kind %s is "%s"', (osCode, osCodeKind, text) => {
  const error = sandboxErrorOf({ ...windowsFailure('windows.console.make', osCode), osCodeKind })
  expect(error).toMatchObject({ osCode, osCodeKind })
  expect(error.message).toContain(text)
})

test.each(['windows.token.read-back', 'windows.token.unrestricted', 'windows.token.too-weak'])(
  '%s: there is no sandbox here',
  (stage) => {
    const error = sandboxErrorOf({ stage, syscall: '', errno: 0 })
    expect(error).toMatchObject({ code: 'SANDBOX_BACKEND_UNAVAILABLE', stage, hint: expect.stringContaining('Wine') })
    expect(error).not.toHaveProperty('osCode')
  },
)

test('a token that cannot be made at all is a failure to set up', () => {
  expect(sandboxErrorOf(windowsFailure('windows.token.restrict', 87)).code).toBe('SANDBOX_SETUP_FAILED')
})

test.each([
  [5, 'C:\\Users\\u\\AppData\\Local\\Microsoft\\WindowsApps\\python.exe', /alias/],
  [1920, 'C:\\Program Files\\WindowsApps\\x\\y.exe', /alias/],
  [1312, 'c:\\program files\\windowsapps\\x\\y.exe', /alias/],
  [740, 'C:\\setup.exe', /administrator/],
  [5, 'C:\\locked.exe', undefined],
])('%i for %s has its hint', (osCode, path, hint) => {
  const error = sandboxErrorOf(windowsFailure('windows.process.create', osCode, { path }))
  if (hint === undefined) expect(error).not.toHaveProperty('hint')
  else expect(error.hint).toMatch(hint)
})

test('a batch file is refused as what it is', () => {
  const error = sandboxErrorOf({ stage: 'windows.launch.command-line', syscall: '', errno: 0, path: 'C:\\npm.CMD' })
  expect(error).toMatchObject({ code: 'SANDBOX_EXEC_FAILED', hint: expect.stringContaining('batch files') })
})

test('a damaged list of SIDs says what to do', () => {
  const path = 'C:\\Users\\u\\AppData\\Local\\ringfence\\sids'
  const error = sandboxErrorOf({ stage: 'windows.sid-store.corrupt', syscall: '', errno: 0, path })
  expect(error).toMatchObject({ code: 'SANDBOX_SETUP_FAILED', path, hint: expect.stringContaining('remove the file') })
})

test('the numbers survive being said again', () => {
  const error = asSandboxError(windowsFailure('windows.job.make', 8), { backend: 'restricted-token' })
  expect(fieldsOf(error as ReturnType<typeof sandboxErrorOf>)).toMatchObject({
    osCode: 8,
    osCodeKind: 'win32',
    syscall: 'CreateProcessAsUserW',
    backend: 'restricted-token',
  })
})
