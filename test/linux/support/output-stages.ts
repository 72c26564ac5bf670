/** Reading what commands write: how each step can fail. */
import { openSync } from 'node:fs'
import { linuxBinding } from '../../support/linux.js'
import { type StageCase, thrown, weakProcess } from './stage-case.js'

/** A stream of the write end of a pipe, whose other end is closed: there is an event, and nothing can be read. */
async function readWriteEnd(): Promise<void> {
  const binding = linuxBinding()
  const [readEnd, writeEnd] = binding.pipe('read')
  await new Promise<void>((resolve, reject) => {
    const stream = binding.readOutput(writeEnd, undefined, () => {
      try {
        stream.take()
        resolve()
      } catch (error) {
        reject(error)
      } finally {
        stream.close()
      }
    })
    // Nothing yet: from now on `ready` is awaited.
    stream.take()
    binding.closeFd(readEnd)
  })
}

export const OUTPUT_STAGES: StageCase[] = [
  thrown({ stage: 'linux.output.watch', cause: 'a file, which cannot be waited for', errno: 'EPERM' }, () =>
    linuxBinding().readOutput(openSync('/etc/passwd', 'r'), undefined, () => {}),
  ),
  weakProcess({ stage: 'linux.output.watch', cause: 'no descriptor is left', errno: 'EMFILE' }, ['limit=NOFILE:100'], {
    call: 'output',
    free: 2,
  }),
  weakProcess({ stage: 'linux.output.thread', cause: 'no memory for a thread', errno: 'EAGAIN' }, [], {
    call: 'output',
    moreBytes: 4 << 20,
  }),
  thrown({ stage: 'linux.output.read', cause: 'a descriptor for writing', errno: 'EBADF' }, readWriteEnd),
]
