import { expect, test } from 'vitest'
import { errorLine, warningLine } from '../../../lib/cli/error-line.js'
import { UsageError } from '../../../lib/cli/usage-error.js'
import { SandboxError } from '../../../lib/errors.js'

test('a mistake on the command line: what, where, what to do', () => {
  expect(errorLine(new UsageError('unknown option', '--frob', 'See help.'))).toBe(
    'ringfence: unknown option: --frob. See help.',
  )
})

test('a failure of the sandbox: message, path, stage, the name of the errno, hint', () => {
  const error = new SandboxError('cannot bind', {
    code: 'SANDBOX_SETUP_FAILED',
    stage: 'linux.mount.bind',
    syscall: 'move_mount',
    errno: 13,
    path: '/srv/data',
    hint: 'Make it readable.',
  })
  expect(errorLine(error)).toBe(
    'ringfence: cannot bind: /srv/data (stage linux.mount.bind, move_mount EACCES). Make it readable.',
  )
})

test('what the message says already is not said again', () => {
  const error = new SandboxError('cannot bind /srv/data: move_mount EACCES at linux.mount.bind', {
    code: 'SANDBOX_SETUP_FAILED',
    stage: 'linux.mount.bind',
    syscall: 'move_mount',
    errno: 13,
    path: '/srv/data',
  })
  expect(errorLine(error)).toBe('ringfence: cannot bind /srv/data: move_mount EACCES at linux.mount.bind.')
})

test('a name with line ends and escape sequences stays one harmless line', () => {
  const line = errorLine(new UsageError('unknown option', '--a\n\u001b[2Jb\r\u202ec', 'See help.'))
  expect(line).toBe('ringfence: unknown option: --a \\u001b[2Jb \\u202ec. See help.')
})

test('a warning', () => {
  expect(warningLine('unknown token ":home"')).toBe('ringfence: warning: unknown token ":home"')
})

test('a path longer than a screen is shown by its ends', () => {
  const line = errorLine(new UsageError('unknown option', `--${'a'.repeat(5000)}b`, 'See help.'))
  expect(line.length).toBeLessThan(1100)
  expect(line).toMatch(/^ringfence: unknown option: --a+ \.\.\. a+b\. See help\.$/)
})
