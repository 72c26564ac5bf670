/** Runs a suite once for each backend. A backend that cannot start here is skipped, loudly, or fails the suite. */
import { beforeEach, describe } from 'vitest'
import { type BackendName, probe } from '../../lib/index.js'
import type { Isolation } from '../../lib/sandbox-options.js'

/** `RINGFENCE_TEST_MUST_WORK=namespaces,bubblewrap`: on this machine these have to work. */
const mustWork = new Set((process.env.RINGFENCE_TEST_MUST_WORK ?? '').split(',').filter((name) => name !== ''))

export function describeBackends<Name extends BackendName>(
  names: readonly Name[],
  suite: (backend: Name) => void,
): void {
  for (const backend of names) {
    describe(`backend ${backend}`, () => {
      beforeEach(async (context) => {
        const reason = await whyUnavailable(backend)
        if (reason === undefined) return
        if (mustWork.has(backend)) throw new Error(`${backend} must work here: ${reason}`)
        context.skip(`${backend} is not available here: ${reason}`)
      })
      suite(backend)
    })
  }
}

/** The same, with each isolation where that makes a difference: the others always start a complete sandbox. */
export function describeIsolations<Name extends BackendName>(
  names: readonly Name[],
  suite: (backend: Name, isolation: Isolation) => void,
): void {
  describeBackends(names, (backend) => suite(backend, 'command'))
  for (const backend of names.filter((name) => name === 'namespaces')) {
    describe('isolation fresh', () => describeBackends([backend], () => suite(backend, 'fresh')))
  }
}

async function whyUnavailable(backend: BackendName): Promise<string | undefined> {
  const { backends } = await probe({ order: [backend] })
  const found = backends[0]
  return found?.available === false
    ? `${found.message}${found.hint === undefined ? '' : ` (${found.hint})`}`
    : undefined
}
