/** A command that has one of everything that another command could look for. */
import { once } from 'node:events'
import type { PipedProcess, Sandbox } from '../../../lib/index.js'
import { fixture } from './probes.js'

export interface Neighbour {
  child: PipedProcess
  /** Of its System V objects, and its abstract name. */
  key: string
  /** Of its server on loopback. */
  port: string
  /** Ends it. 40: nothing has happened to it. */
  end(): Promise<number | null>
}

let keys = 200_000 + (process.pid % 100_000) * 100

export const newKey = () => `${keys++}`

/** Runs until end(). `directory`: where it may make `socket`. */
export async function startNeighbour(sandbox: Sandbox, directory: string): Promise<Neighbour> {
  const key = newKey()
  const child = sandbox.spawn(fixture('neighbour'), [key, directory])
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const early = once(child, 'close').then(() => Promise.reject(new Error(`the neighbour has ended: ${errors}`)))
  const [ready] = await Promise.race([once(child.stdout, 'data'), early])
  early.catch(() => {})
  return {
    child,
    key,
    port: String(ready).trim().replace('ready ', ''),
    async end() {
      const closed = once(child, 'close')
      child.stdin.end()
      const [code] = await closed
      return code
    },
  }
}
