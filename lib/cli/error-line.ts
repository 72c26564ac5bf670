/** Any error as the one line that a person reads: what, where, what to do. */
import { errnoName } from '../errno-name.js'
import { SandboxError } from '../errors.js'
import { osCodeName } from '../os-code.js'

/** `ringfence: <what>: <where>. <what to do>`, without a line end. */
export function errorLine(error: unknown): string {
  return `ringfence: ${oneLine(describe(error))}`
}

export function warningLine(warning: string): string {
  return `ringfence: warning: ${oneLine(warning)}`
}

/** Control characters could move a terminal's cursor or forge a second line, so they are shown as escapes. */
export function oneLine(text: string): string {
  return shortened(text)
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, escapeCharacter)
}

/** A path may be longer than a screen; its ends tell most. */
const MAX_LINE_LENGTH = 1000

function shortened(text: string): string {
  if (text.length <= MAX_LINE_LENGTH) return text
  return `${text.slice(0, MAX_LINE_LENGTH / 2)} ... ${text.slice(-MAX_LINE_LENGTH / 2)}`
}

function escapeCharacter(character: string): string {
  return `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`
}

function describe(error: unknown): string {
  if (error instanceof SandboxError) return describeSandboxError(error)
  if (!(error instanceof Error)) return `unexpected failure: ${String(error)}`
  return error.message
}

function describeSandboxError(error: SandboxError): string {
  const where = [...(error.path !== undefined && !error.message.includes(error.path) ? [error.path] : [])]
  const origin = error.message.includes(error.stage) ? [] : [`stage ${error.stage}`]
  if (error.errno !== undefined && error.errno > 0) {
    const name = errnoName(error.errno)
    if (!error.message.includes(name)) origin.push(`${error.syscall ?? 'system call'} ${name}`)
  }
  if (error.osCodeKind !== undefined) {
    const name = osCodeName({ osCode: error.osCode ?? 0, osCodeKind: error.osCodeKind })
    if (!error.message.includes(name)) origin.push(`${error.syscall ?? 'system call'} ${name}`)
  }
  if (origin.length > 0) where.push(`(${origin.join(', ')})`)
  const what = sentenceStart(error.message)
  const head = where.length > 0 ? `${what}: ${where.join(' ')}` : what
  return error.hint !== undefined && !error.message.includes(error.hint) ? `${head}. ${error.hint}` : `${head}.`
}

/** A message without its final full stop, so that more can follow. */
function sentenceStart(message: string): string {
  return message.replace(/[.\s]+$/, '')
}
