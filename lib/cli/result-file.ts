/**
 * The file of `--json FILE`: checked before the command starts, written when it has ended, whole or not at all.
 *
 * The command may own the directory that the file is in. So the directory is held open from the start and the file is
 * made and renamed through that descriptor: replacing the directory by a link leads nowhere.
 */
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { UsageError } from './usage-error.js'

export interface ResultFile {
  /** Once. Throws what the file system says. */
  write(value: unknown): void
}

/** Throws a UsageError when the file could not be written. */
export function openResultFile(file: string): ResultFile {
  try {
    const existing = statSync(file, { throwIfNoEntry: false })
    if (existing === undefined) return replacingFile(resolve(file))
    if (existing.isFile()) {
      // Replacing needs no right to the file itself; but who made it read-only meant it.
      accessSync(file, constants.W_OK)
      return replacingFile(realpathSync(file))
    }
    if (existing.isDirectory()) throw new UsageError('is a directory', `--json ${file}`, 'Give the name of a file.')
    return streamFile(file)
  } catch (error) {
    if (error instanceof UsageError) throw error
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason'
    throw new UsageError(
      'cannot write the result',
      `--json ${file} (${reason})`,
      'Give a file in a directory that you can write to.',
    )
  }
}

function replacingFile(path: string): ResultFile {
  return process.platform === 'win32' ? heldFile(path) : fileInHeldDirectory(path)
}

/**
 * On Windows no file can be made through a directory that is held. But while a file is open, the directories that it
 * is in keep their names: so the file is made at the start, and stays open until it has its name.
 */
function heldFile(path: string): ResultFile {
  const { fd, path: temporary } = createBeside(dirname(path), basename(path))
  // Also when nothing is ever written.
  process.once('exit', () => rmSync(temporary, { force: true }))
  return {
    write(value) {
      try {
        writeFileSync(fd, serialize(value))
        renameSync(temporary, path)
      } finally {
        closeSync(fd)
      }
    },
  }
}

function fileInHeldDirectory(path: string): ResultFile {
  const directory = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY)
  const below = `/proc/self/fd/${directory}`
  // A trial: what fails now would fail after the command has run.
  const trial = createBeside(below, basename(path))
  closeSync(trial.fd)
  rmSync(trial.path)
  return {
    write(value) {
      const { fd, path: temporary } = createBeside(below, basename(path))
      try {
        writeFileSync(fd, serialize(value))
        renameSync(temporary, `${below}/${basename(path)}`)
      } catch (error) {
        rmSync(temporary, { force: true })
        throw error
      } finally {
        closeSync(fd)
        closeSync(directory)
      }
    },
  }
}

function createBeside(directory: string, name: string): { fd: number; path: string } {
  // A name of its own length: a long name must not fail for the suffix.
  const path = `${directory}/.${name.slice(0, 64)}.${randomBytes(8).toString('hex')}.tmp`
  // O_NOFOLLOW and O_NOCTTY are nothing on Windows.
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  return { fd: openSync(path, flags, 0o666), path }
}

/** A pipe or a device cannot be replaced; it is opened now and written to later. */
function streamFile(file: string): ResultFile {
  const fd = openSync(file, constants.O_WRONLY | constants.O_NOCTTY)
  if (fstatSync(fd).isFile()) {
    closeSync(fd)
    throw new UsageError('changed while it was opened', `--json ${file}`, 'Try again.')
  }
  return {
    write(value) {
      try {
        writeFileSync(fd, serialize(value))
      } finally {
        closeSync(fd)
      }
    },
  }
}

function serialize(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
