/** Tests that need backends of this machine: skipped loudly without them, or failed where they must work. */
import type { TestContext } from 'vitest'
import { BACKENDS, type BackendName, probe } from '../../../lib/index.js'

const mustWork = new Set((process.env.RINGFENCE_TEST_MUST_WORK ?? '').split(','))

export async function needBackends(context: TestContext, names: readonly BackendName[]): Promise<void> {
  const { backends } = await probe({ order: names })
  for (const { backend, available, message } of backends) {
    if (available) continue
    if (mustWork.has(backend)) throw new Error(`${backend} must work here: ${message}`)
    context.skip(`${backend} is not available here: ${message}`)
  }
}

/** Those that `auto` tries until it takes `backend`. */
export function rungsDownTo(backend: BackendName): BackendName[] {
  return BACKENDS.slice(0, BACKENDS.indexOf(backend) + 1)
}
