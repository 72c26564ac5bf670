/** Runs a command to its end and collects what it wrote. */
import { invalidType, invalidValue, requireCount, requireObject } from './argument-errors.js'
import { SandboxError } from './errors.js'
import { fieldsOf } from './failure.js'
import type { CapturedBytes } from './native/binding-types.js'
import { OutputCapture } from './output-capture.js'
import type { Enforcement } from './plan/types.js'
import type { SandboxedProcess } from './process.js'
import type { ExecResult } from './result.js'
import type { SpawnOptions } from './spawn-options.js'
import type { Slot } from './stdio.js'

export interface ExecOptions extends Omit<SpawnOptions, 'stdio'> {
  /** What the command reads from stdin. Default: nothing (/dev/null). */
  input?: string | Uint8Array | undefined
  /** Of each of stdout and stderr, head and tail together. Default 16 MiB. Infinity: everything. */
  maxOutputBytes?: number | undefined
  /** Default `utf8`; `buffer` gives Buffers. */
  encoding?: 'utf8' | 'buffer' | undefined
}

export interface ParsedExecOptions {
  input: string | Uint8Array | undefined
  maxOutputBytes: number
  encoding: 'utf8' | 'buffer'
}

/** With a terminal, its output is `stdout`, and there is always an input, which ends with Ctrl-D. */
interface CollectOptions extends ParsedExecOptions {
  tty: boolean
}

const DEFAULT_MAX_OUTPUT_BYTES = 16 * 1024 * 1024

/** @throws TypeError naming the option. */
export function parseExecOptions(given: unknown): ParsedExecOptions {
  const options = given === undefined || given === null ? {} : requireObject('options', given)
  const { input, maxOutputBytes, encoding = 'utf8' } = options
  if (input !== undefined && typeof input !== 'string' && !(input instanceof Uint8Array)) {
    throw invalidType('options.input', 'a string or bytes', input)
  }
  if (encoding !== 'utf8' && encoding !== 'buffer') {
    throw invalidValue('options.encoding', encoding, "must be 'utf8' or 'buffer'")
  }
  if (options.stdio !== undefined) {
    throw invalidValue('options.stdio', options.stdio, 'is not an option of exec: it collects the output; use spawn')
  }
  return {
    input,
    encoding,
    maxOutputBytes:
      maxOutputBytes === undefined
        ? DEFAULT_MAX_OUTPUT_BYTES
        : requireCount('options.maxOutputBytes', maxOutputBytes, { infinite: true }),
  }
}

/** Starts the command with `spawn` and resolves when everything of it is gone. */
export async function collect(
  spawn: (stdio: Slot[]) => SandboxedProcess,
  options: CollectOptions,
  enforcement: Enforcement,
): Promise<ExecResult<string | Buffer>> {
  const start = performance.now()
  const captures = [new OutputCapture(options.maxOutputBytes), new OutputCapture(options.maxOutputBytes)] as const
  const child = spawn([
    { kind: options.input === undefined && !options.tty ? 'ignore' : 'pipe' },
    ...captures.map((capture) => ({ kind: 'capture', capture }) as const),
  ])
  const failure = await ended(child, options.input, captures)
  const [stdout, stderr] = [captures[0].captured, captures[1].captured]
  const result: ExecResult<string | Buffer> = {
    command: child.spawnfile,
    args: child.spawnargs.slice(1),
    exitCode: child.exitCode,
    signal: child.signalCode,
    stdout: contentOf(stdout, options.encoding),
    stderr: contentOf(stderr, options.encoding),
    truncated: { stdout: stdout.droppedBytes, stderr: stderr.droppedBytes },
    timedOut: child.timedOut,
    isCanceled: child.isCanceled,
    failed: child.exitCode !== 0 || child.timedOut || child.isCanceled,
    ...(child.limit !== undefined && { limit: child.limit }),
    denials: [],
    enforcement,
    usage: child.usage,
    durationMs: performance.now() - start,
  }
  if (failure === undefined) return result
  // The numbers stay what they are; what was captured comes with them.
  throw failure.code === 'SANDBOX_PROTECTION_LOST'
    ? new SandboxError(failure.message, { ...fieldsOf(failure), cause: failure, result })
    : failure
}

/** Resolves after `close`, with the reason why the command did not run (or not to its end). */
function ended(
  child: SandboxedProcess,
  input: string | Uint8Array | undefined,
  captures: readonly OutputCapture[],
): Promise<SandboxError | undefined> {
  return new Promise((resolve, reject) => {
    let failure: SandboxError | undefined
    child.on('error', (error) => {
      // The other kind is an AbortError, which is an outcome.
      if (error instanceof SandboxError) failure = error
    })
    child.once('close', () => resolve(failure))
    for (const capture of captures) {
      capture.once('error', (error) => {
        child.kill('SIGKILL')
        reject(error)
      })
    }
    // EPIPE: a command may end without reading its input, which its exit code tells better.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

function contentOf({ bytes, headBytes, droppedBytes }: CapturedBytes, encoding: 'utf8' | 'buffer'): string | Buffer {
  if (encoding === 'buffer') return bytes
  if (droppedBytes === 0) return bytes.toString('utf8')
  const head = withoutPartialEnd(bytes.subarray(0, headBytes))
  const tail = withoutPartialStart(bytes.subarray(headBytes))
  return `${head}\n[... ${droppedBytes} bytes dropped ...]\n${tail}`
}

/** Continuation bytes of UTF-8 are 10xxxxxx; at most three of them follow a first byte. */
function withoutPartialStart(bytes: Buffer): string {
  let start = 0
  while (start < Math.min(3, bytes.length) && isContinuation(bytes[start])) start++
  return bytes.toString('utf8', start)
}

function withoutPartialEnd(bytes: Buffer): string {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (isContinuation(byte)) continue
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return bytes.toString('utf8', 0, needed > back ? bytes.length - back : bytes.length)
  }
  return bytes.toString('utf8')
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
