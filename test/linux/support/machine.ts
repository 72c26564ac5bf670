/** Runs a function in a new Node process on a weaker machine. */
import { spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { CLI } from '../../support/cli.js'
import { weakenProgram } from './weaken.js'

export type Ringfence = typeof import('../../../lib/index.js')

/** A SandboxError as data: its fields, and those of its causes. */
export interface ErrorData {
  name: string
  message: string
  code?: string
  stage?: string
  backend?: string
  syscall?: string
  errno?: number
  path?: string
  hint?: string
  unenforceable?: Array<{ rule: string; reason: string; enforcedBy: string[] }>
  cause?: ErrorData
  /** Of an AggregateError. */
  errors?: ErrorData[]
}

export type Answer<Result> = { value: Result } | { error: ErrorData }

export interface Machine {
  /** What weaken(1) changes. Default: nothing. */
  changes?: readonly string[] | undefined
  env?: Record<string, string> | undefined
  cwd?: string | undefined
}

const PRELUDE = `
import { writeSync } from 'node:fs'
import * as ringfence from ${JSON.stringify(pathToFileURL(CLI.replace(/cli\/main\.js$/, 'index.js')).href)}
const dataOf = (error) => {
  if (!(error instanceof Error)) return { name: 'thrown', message: String(error) }
  const { name, message, cause, errors, result, ...fields } = error
  return {
    name, message, ...fields,
    ...(cause !== undefined && { cause: dataOf(cause) }),
    ...(errors !== undefined && { errors: errors.map(dataOf) }),
  }
}
const answer = (data) => writeSync(3, JSON.stringify(data))
`

/**
 * Calls `body` there, with the built package. Only its source travels: it must not use anything from outside of
 * itself, and what it takes and returns is JSON.
 */
async function askMachine<Given, Result>(
  { changes = [], env, cwd }: Machine,
  body: (ringfence: Ringfence, given: Given) => Promise<Result>,
  given: Given,
): Promise<Answer<Result>> {
  const program = `${PRELUDE}
try { answer({ value: await (${body.toString()})(ringfence, ${JSON.stringify(given)}) }) }
catch (error) { answer({ error: dataOf(error) }) }`
  const child = spawn(weakenProgram(), [...changes, '--', process.execPath, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  })
  const output = ['', '', '', '']
  for (const index of [1, 2, 3]) {
    const stream = child.stdio[index] as NodeJS.ReadableStream
    stream.setEncoding('utf8').on('data', (text: string) => {
      output[index] += text
    })
  }
  const end = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(signal ?? code))
  })
  if (end !== 0 || output[3] === '') throw new Error(`no answer (${end}): ${output[1]}${output[2]}`)
  return JSON.parse(output[3] as string)
}

/** As askMachine, when an error would be a failure of the test. */
export async function onMachine<Given, Result>(
  machine: Machine,
  body: (ringfence: Ringfence, given: Given) => Promise<Result>,
  given: Given,
): Promise<Result> {
  const answer = await askMachine(machine, body, given)
  if ('error' in answer) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

/** As askMachine, when anything but an error would be a failure of the test. */
export async function errorOnMachine<Given, Result>(
  machine: Machine,
  body: (ringfence: Ringfence, given: Given) => Promise<Result>,
  given: Given,
): Promise<ErrorData> {
  const answer = await askMachine(machine, body, given)
  if ('value' in answer) throw new Error(`no error but ${JSON.stringify(answer.value)}`)
  return answer.error
}
