/** The terminal of the caller while a command has one of its own: handed through, and as it was afterwards. */
import type { WriteStream } from 'node:tty'
import { isWindowsBinding, type NativeBinding } from '../native/binding-types.js'
import type { TerminalProcess } from '../sandbox.js'
import type { TerminalSize } from '../terminal.js'

/** That of the terminal which the output goes to. Empty: there is none, or nobody has given it a size. */
export function callersSize(): Partial<TerminalSize> {
  const { columns = 0, rows = 0 } = shownOn() ?? {}
  return columns > 0 && rows > 0 ? { columns, rows } : {}
}

function shownOn(): WriteStream | undefined {
  return [process.stdout, process.stderr].find(({ isTTY }) => isTTY)
}

/**
 * From now on everything that is typed goes to the command, Ctrl-C included, and its terminal has the size of the
 * caller's. Without a terminal as stdin, what comes from there is typed, and its end is Ctrl-D.
 *
 * @returns A function that gives the caller the terminal back. It is called by itself when the process exits.
 */
export function handThrough(child: TerminalProcess, binding: NativeBinding): () => void {
  const giveBack = process.stdin.isTTY ? makeRaw(binding, process.stdin.fd) : () => {}
  const follow = () => {
    const { columns, rows } = callersSize()
    if (columns !== undefined && rows !== undefined) child.resize(columns, rows)
  }
  const shown = shownOn()
  shown?.on('resize', follow)
  process.stdin.on('error', () => child.stdin.end())
  process.stdin.pipe(child.stdin)
  return () => {
    shown?.off('resize', follow)
    process.stdin.unpipe(child.stdin)
    process.stdin.pause()
    giveBack()
  }
}

function makeRaw(binding: NativeBinding, fd: number): () => void {
  // libuv knows the modes of consoles, and nothing stops this process on Windows.
  if (isWindowsBinding(binding)) return makeConsoleRaw()
  const before = binding.makeRaw(fd)
  if (before === undefined) return () => {}
  const giveBack = () => {
    process.off('exit', giveBack)
    process.off('SIGCONT', again)
    binding.restoreMode(fd, before)
  }
  // A shell that continues this process has given the terminal its own mode.
  const again = () => void binding.makeRaw(fd)
  process.on('SIGCONT', again)
  process.on('exit', giveBack)
  return giveBack
}

function makeConsoleRaw(): () => void {
  const giveBack = () => {
    process.off('exit', giveBack)
    process.stdin.setRawMode(false)
  }
  process.stdin.setRawMode(true)
  process.on('exit', giveBack)
  return giveBack
}
