/** A host process that does as it is told (fixtures/kill-host-main.mjs). */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const MAIN = fileURLToPath(new URL('../fixtures/kill-host-main.mjs', import.meta.url))
export const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

export interface ToldHost {
  readonly pid: number
  readonly exited: Promise<unknown>
  readonly errors: () => string
  /** Its answer. Rejects when it ends instead. */
  tell(line: string): Promise<unknown>
  /** Resolves when it has ended by itself. */
  leave(): Promise<number | null>
}

export interface ToldHostOptions {
  backend: string
  work: string
  state: string
  /** The folder that has `dist`. Default: this checkout. */
  location?: string
  /** Of it and of all that it starts. */
  niceness?: number
}

export async function startToldHost({ backend, work, state, location = CHECKOUT, niceness = 0 }: ToldHostOptions) {
  const args = ['-n', `${niceness}`, process.execPath, MAIN, location, backend, work, state]
  const child = spawn('nice', args, { stdio: 'pipe' })
  onTestFinished(() => void child.kill('SIGKILL'))
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })
  const exited = once(child, 'exit')
  const answer = async () => {
    const ended = exited.then(() => Promise.reject(new Error(`the host has ended: ${errors}`)))
    ended.catch(() => {})
    const [line] = await Promise.race([once(lines, 'line'), ended])
    return JSON.parse(line) as unknown
  }
  await answer()
  const host: ToldHost = {
    pid: child.pid as number,
    exited,
    errors: () => errors,
    tell(line) {
      const answered = answer()
      child.stdin.write(`${line}\n`)
      return answered
    },
    async leave() {
      child.stdin.end()
      const [code] = await exited
      return code as number | null
    },
  }
  return host
}
