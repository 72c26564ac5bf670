/** The `stdio` option of a spawn: what it means, and the pipes behind it. */
import { Readable, Writable } from 'node:stream'
import { invalidType, invalidValue } from './argument-errors.js'
import { InputStream } from './input-stream.js'
import { isWindowsBinding, type NativeBinding } from './native/binding-types.js'
import type { OutputCapture } from './output-capture.js'
import type { OutputLimit } from './output-limit.js'
import { OutputStream } from './output-stream.js'

/**
 * One slot. A number is a descriptor of this process, a stream stands for its descriptor; `overlapped` is `pipe`.
 * Slots from 3 on are `ignore` or a number: nothing more reaches a command than what was asked for by number.
 */
export type StdioSlot = 'pipe' | 'overlapped' | 'inherit' | 'ignore' | number | Readable | Writable | null | undefined

/** One word for all of the first three slots, or a slot each. Default: `pipe`. */
export type StdioOption = 'pipe' | 'overlapped' | 'inherit' | 'ignore' | readonly StdioSlot[]

export type Slot =
  | { kind: 'pipe' }
  | { kind: 'ignore' }
  | { kind: 'fd'; fd: number }
  /** An output that is kept in native code, head and tail. No stream. */
  | { kind: 'capture'; capture: OutputCapture }

const STANDARD_SLOTS = 3

/** @throws TypeError naming `options.stdio` or `options.stdio[N]`. */
export function parseStdio(stdio: unknown): Slot[] {
  const slots = Array.isArray(stdio) ? stdio : Array<unknown>(STANDARD_SLOTS).fill(stdio)
  if (!Array.isArray(stdio) && stdio !== undefined && stdio !== null && typeof stdio !== 'string') {
    throw invalidType('options.stdio', "'pipe', 'inherit', 'ignore' or an array", stdio)
  }
  const parsed = slots.map((slot, index) =>
    parseSlot(Array.isArray(stdio) ? `options.stdio[${index}]` : 'options.stdio', slot, index),
  )
  while (parsed.length < STANDARD_SLOTS) parsed.push({ kind: 'pipe' })
  while (parsed.length > STANDARD_SLOTS && parsed.at(-1)?.kind === 'ignore') parsed.pop()
  return parsed
}

function parseSlot(name: string, slot: unknown, index: number): Slot {
  const extra = index >= STANDARD_SLOTS
  if (slot === 'ignore' || (extra && (slot === undefined || slot === null))) return { kind: 'ignore' }
  if (typeof slot === 'number') {
    if (!Number.isInteger(slot) || slot < 0) throw invalidValue(name, slot, 'must be an open file descriptor')
    return { kind: 'fd', fd: slot }
  }
  if (slot === 'ipc') throw invalidValue(name, slot, "cannot be 'ipc': a sandboxed command has no channel to Node")
  if (extra)
    throw invalidValue(name, slot, "must be 'ignore' or a file descriptor: extra slots are passed only by number")
  if (slot === undefined || slot === null || slot === 'pipe' || slot === 'overlapped') return { kind: 'pipe' }
  if (slot === 'inherit') return { kind: 'fd', fd: index }
  const fd = descriptorOf(slot)
  if (fd === undefined) {
    throw invalidValue(name, slot, "must be 'pipe', 'inherit', 'ignore', a file descriptor, or a stream that has one")
  }
  return { kind: 'fd', fd }
}

/** Files and terminals have `fd`; sockets and pipes keep theirs in the handle. */
function descriptorOf(stream: unknown): number | undefined {
  if (typeof stream !== 'object' || stream === null) return undefined
  const { fd, _handle: handle } = stream as { fd?: unknown; _handle?: { fd?: unknown } | null }
  for (const candidate of [fd, handle?.fd]) {
    if (typeof candidate === 'number' && candidate >= 0) return candidate
  }
  return undefined
}

/** With a terminal, which is the first three slots. Throws TypeError for what a caller wanted them to be instead. */
export function requireFreeStreams(slots: readonly Slot[]): void {
  for (const [index, { kind }] of slots.slice(0, STANDARD_SLOTS).entries()) {
    if (kind === 'pipe') continue
    throw invalidValue(
      `options.stdio[${index}]`,
      kind,
      "cannot be given with 'options.tty': the terminal takes its place",
    )
  }
}

/** What native code gets beside a terminal: the slots from 3 on. */
export function besideTerminal(slots: readonly Slot[]): number[] {
  return slots.map((slot, index) => (index >= STANDARD_SLOTS && slot.kind === 'fd' ? slot.fd : -1))
}

export interface OpenedStdio {
  /** What native code gets: a descriptor a slot, -1 for /dev/null. */
  descriptors: number[]
  /** Our ends of the pipes, null where the slot is none. */
  streams: Array<Writable | OutputStream | null>
  /** What was opened of the command's outputs: streams and captures. */
  outputs: Array<OutputStream | OutputCapture>
  /** Closes the command's ends of the pipes in this process. Once. */
  closeChildEnds(): void
}

/** Opens the pipes. On failure nothing stays open. Throws NativeFailure (EMFILE). */
export function openStdio(binding: NativeBinding, slots: readonly Slot[], limit?: OutputLimit): OpenedStdio {
  const childEnds: number[] = []
  const closeChildEnds = () => closeAll(binding, childEnds)
  const opened: OpenedStdio = { descriptors: [], streams: [], outputs: [], closeChildEnds }
  try {
    for (const [index, slot] of slots.entries()) {
      if (slot.kind === 'pipe' || slot.kind === 'capture') {
        const [readEnd, writeEnd] = binding.pipe(index === 0 ? 'write' : 'read')
        const [childEnd, parentEnd] = index === 0 ? [readEnd, writeEnd] : [writeEnd, readEnd]
        childEnds.push(childEnd)
        opened.descriptors.push(childEnd)
        opened.streams.push(index === 0 ? new InputStream(binding, parentEnd) : null)
        if (index > 0) addOutput(opened, index, openOutput(binding, slot, parentEnd, limit))
      } else {
        opened.descriptors.push(slot.kind === 'fd' ? descriptorFor(binding, slot.fd) : -1)
        opened.streams.push(null)
      }
    }
    return opened
  } catch (error) {
    for (const end of [opened.streams[0], ...opened.outputs]) end?.destroy()
    closeChildEnds()
    throw error
  }
}

/** Native code of Windows knows handles, not the descriptors of the host program's C runtime. Throws NativeFailure. */
function descriptorFor(binding: NativeBinding, fd: number): number {
  return isWindowsBinding(binding) ? binding.handleOf(fd) : fd
}

function openOutput(binding: NativeBinding, slot: Slot, fd: number, limit: OutputLimit | undefined) {
  if (slot.kind !== 'capture') {
    const stream = new OutputStream()
    stream.open(binding, fd, limit)
    return stream
  }
  slot.capture.open(binding, fd, limit)
  return slot.capture
}

function addOutput({ streams, outputs }: OpenedStdio, index: number, output: OutputStream | OutputCapture): void {
  outputs.push(output)
  if (output instanceof OutputStream) streams[index] = output
}

/** Streams for a command that has no pipes since it does not start: outputs without content, an input that is closed. */
export function closedStreams(slots: readonly Slot[]): Array<Readable | Writable | null> {
  return slots.map((slot, index) => {
    if (slot.kind !== 'pipe') return null
    return index === 0 ? new Writable().destroy() : new Readable({ read: endOfStream })
  })
}

function endOfStream(this: Readable): void {
  this.push(null)
}

function closeAll(binding: NativeBinding, fds: number[]): void {
  for (const fd of fds.splice(0)) binding.closeFd(fd)
}
