import { constants } from 'node:os'
import { expect, test } from 'vitest'
import { exitCodeOfError, exitCodeOfOutcome } from '../../../lib/cli/exit-codes.js'
import { UsageError } from '../../../lib/cli/usage-error.js'
import { SandboxError, type SandboxErrorCode } from '../../../lib/errors.js'

test.each([
  [{ exitCode: 0, signal: null, timedOut: false }, 0],
  [{ exitCode: 3, signal: null, timedOut: false }, 3],
  [{ exitCode: 255, signal: null, timedOut: false }, 255],
  [{ exitCode: null, signal: 'SIGKILL', timedOut: false }, 137],
  [{ exitCode: null, signal: 'SIGINT', timedOut: false }, 130],
  [{ exitCode: null, signal: 'SIGKILL', timedOut: true }, 124],
  [{ exitCode: 0, signal: null, timedOut: true }, 124],
] as const)('%j ends with %i', (outcome, code) => {
  expect(exitCodeOfOutcome(outcome)).toBe(code)
})

test('every signal has its number', () => {
  for (const [signal, number] of Object.entries(constants.signals)) {
    const outcome = { exitCode: null, signal: signal as NodeJS.Signals, timedOut: false }
    expect(exitCodeOfOutcome(outcome)).toBe(128 + number)
  }
})

test.each<[SandboxErrorCode, number]>([
  ['SANDBOX_PROGRAM_NOT_FOUND', 127],
  ['SANDBOX_PERMISSION_DENIED', 126],
  ['SANDBOX_EXEC_FAILED', 126],
  ['SANDBOX_BACKEND_UNAVAILABLE', 125],
  ['SANDBOX_POLICY_UNENFORCEABLE', 125],
  ['SANDBOX_SETUP_FAILED', 125],
])('%s ends with %i', (code, exitCode) => {
  expect(exitCodeOfError(new SandboxError('x', { code, stage: 'posix.exec' }))).toBe(exitCode)
})

test('anything else ends with 125', () => {
  expect(exitCodeOfError(new UsageError('a', 'b', 'c'))).toBe(125)
  expect(exitCodeOfError(new TypeError('policy'))).toBe(125)
  expect(exitCodeOfError('text')).toBe(125)
})
