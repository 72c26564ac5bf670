// Programs of the machine that tests need. Without one a test is skipped, which on a machine for them is a failure.
import { spawnSync } from 'node:child_process'

function answerOf(program, args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 60_000 })
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : undefined
}

const python = answerOf('python', ['-c', 'import sys; print(sys.executable)'])

/** Python's own path. */
export function pythonFor(t) {
  if (python === undefined) t.skip('python is not installed')
  return python
}

export function gitFor(t) {
  const found = answerOf('git', ['--version'])
  if (found === undefined) t.skip('git is not installed')
  return found
}

export function pytestFor(t) {
  const interpreter = pythonFor(t)
  if (interpreter === undefined) return undefined
  if (answerOf(interpreter, ['-m', 'pytest', '--version']) !== undefined) return interpreter
  t.skip('pytest is not installed')
  return undefined
}
