/** What carries the input of a command: a socket of Node's event loop, or (Windows) the thread of native code. */
import { Socket } from 'node:net'
import { constants } from 'node:os'
import { isNativeFailure } from './failure.js'
import {
  isWindowsBinding,
  type NativeBinding,
  type NativeFailure,
  type WindowsBinding,
} from './native/binding-types.js'

export type Done = (error?: Error | null) => void

export interface InputSink {
  /** One at a time. */
  write(chunk: Buffer, done: Done): void
  end(done: Done): void
  destroy(): void
}

/** Takes `fd`, our end of the pipe. `onError`: it broke, whether or not somebody writes. Throws NativeFailure. */
export function openInputSink(binding: NativeBinding, fd: number, onError: (error: Error) => void): InputSink {
  return isWindowsBinding(binding) ? openNative(binding, fd) : openSocket(binding, fd, onError)
}

function openSocket(binding: NativeBinding, fd: number, onError: (error: Error) => void): InputSink {
  const socket = new Socket({ fd, readable: false, writable: true })
  binding.letGoOfFd(fd)
  // EPIPE: the command has closed its input.
  socket.on('error', onError)
  return {
    write: (chunk, done) => socket.write(chunk, done),
    end: (done) => socket.end(done),
    destroy: () => socket.destroy(),
  }
}

/** A socket of Node would be read as well, by its pipes of Windows, and costs more. */
function openNative(binding: WindowsBinding, handle: number): InputSink {
  const input = binding.openInput(handle)
  let pending: Done | undefined
  return {
    write: (chunk, done) => {
      pending = done
      input.write(chunk, (error) => {
        pending = undefined
        done(error && asBrokenPipe(error))
      })
    },
    end: (done) => {
      input.end()
      done()
    },
    destroy: () => {
      input.destroy()
      // Native code says no more of it.
      pending?.(writeError('ECANCELED', constants.errno.ECANCELED))
      pending = undefined
    },
  }
}

/** ERROR_BROKEN_PIPE, ERROR_NO_DATA: the command has closed its input. */
const BROKEN_PIPE = [109, 232]

function asBrokenPipe(error: Error): Error {
  const { osCode = 0 }: Partial<NativeFailure> = isNativeFailure(error) ? error : {}
  return BROKEN_PIPE.includes(osCode) ? writeError('EPIPE', constants.errno.EPIPE, error) : error
}

/** As a socket says it. */
function writeError(code: string, errno: number, cause?: Error): Error {
  return Object.assign(new Error(`write ${code}`, { cause }), { errno: -errno, code, syscall: 'write' })
}
