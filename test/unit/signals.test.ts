import { expect, test } from 'vitest'
import { isDeliverable, requireEndingSignal, requireSignal, undeliverableSignal } from '../../lib/signals.js'

test('a signal is known by name, in any case, and by number', () => {
  expect(requireSignal('signal', 'SIGTERM', 1)).toBe(15)
  expect(requireSignal('signal', 'sigint', 1)).toBe(2)
  expect(requireSignal('signal', 9, 1)).toBe(9)
  expect(() => requireSignal('signal', 0, 1)).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_SIGNAL' }))
})

test('on Windows those that end a program can be sent, and no other', () => {
  const signals = ['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGWINCH', 'SIGSTOP']
  const deliverable = (system: string) =>
    signals.filter((signal) => isDeliverable(requireSignal('signal', signal, 1), system))
  expect(deliverable('win32')).toEqual(['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGQUIT'])
  expect(deliverable('linux')).toEqual(signals)
})

test('what a timeout sends has to end the command', () => {
  expect(requireEndingSignal('options.killSignal', 'SIGHUP', 'linux')).toBe(1)
  expect(requireEndingSignal('options.killSignal', 'SIGINT', 'win32')).toBe(2)
  const refused = expect.objectContaining({ name: 'TypeError', message: expect.stringContaining('options.killSignal') })
  expect(() => requireEndingSignal('options.killSignal', 'SIGHUP', 'win32')).toThrow(refused)
})

test('the error of an undeliverable signal is that of child_process', () => {
  expect(undeliverableSignal()).toMatchObject({
    message: 'kill ENOSYS',
    code: 'ENOSYS',
    syscall: 'kill',
    errno: expect.any(Number),
  })
})
