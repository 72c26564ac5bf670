/** The terminal of a command: how each step can fail. */
import type { TerminalHandle } from '../../../lib/native/binding-types.js'
import { linuxBinding } from '../../support/linux.js'
import { type Launch, planOf, requestOf } from './native-launch.js'
import { misfit, type StageCase, thrown, weakLauncher } from './stage-case.js'
import { refuse } from './weaken.js'

/** ioctl_tty(2) */
const TCGETS = 0x5401
const TIOCSCTTY = 0x540e
const TIOCSWINSZ = 0x5414
const TIOCSPTLCK = 0x40045431
const TIOCGPTPEER = 0x5441

const needs = 'namespaces'

const ON_TERMINAL: Launch = { request: { terminal: { columns: 80, rows: 24 } } }

function refuseRequest(stage: string, request: number): StageCase {
  return weakLauncher(
    { stage, cause: 'ioctl() is refused', errno: 'EPERM', needs },
    [refuse('ioctl', 'EPERM', 1, request)],
    ON_TERMINAL,
  )
}

/** Types into a terminal that is closed. */
async function typeTooLate(): Promise<void> {
  const binding = linuxBinding()
  const request = requestOf({ terminal: { columns: 80, rows: 24 } })
  const handle = await new Promise<TerminalHandle | undefined>((resolve) => {
    let terminal: TerminalHandle | undefined
    binding.spawn(binding.prepare(planOf()), request, (event) => {
      if (event.type === 'spawned') terminal = event.terminal
      if (event.type === 'closed') resolve(terminal)
    })
  })
  if (handle === undefined) throw new Error('no terminal')
  const output = binding.readOutput(handle, undefined, () => {})
  output.close()
  output.write(Buffer.from('x'))
}

export const TERMINAL_STAGES: StageCase[] = [
  misfit(
    { stage: 'linux.terminal.open', cause: 'no /dev of its own', errno: 'EACCES', path: '/dev/ptmx', needs },
    { ...ON_TERMINAL, plan: { mounts: [{ op: 'readonly-root' }] } },
    ON_TERMINAL,
  ),
  refuseRequest('linux.terminal.unlock', TIOCSPTLCK),
  refuseRequest('linux.terminal.peer', TIOCGPTPEER),
  refuseRequest('linux.terminal.size', TIOCSWINSZ),
  refuseRequest('linux.terminal.mode', TCGETS),
  refuseRequest('linux.terminal.control', TIOCSCTTY),
  weakLauncher(
    { stage: 'linux.terminal.send', cause: 'sendmsg() is refused', errno: 'EPERM', needs },
    [refuse('sendmsg', 'EPERM')],
    ON_TERMINAL,
  ),
  thrown({ stage: 'linux.terminal.write', cause: 'it is closed', errno: 'EIO', needs }, typeTooLate),
]
