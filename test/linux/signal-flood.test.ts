/**
 * A command that sends signals to PID 1 without end, where no Landlock keeps them from it (before Linux 6.12): its end is
 * reported all the same, and what the host sends arrives.
 * Seen failing with: an init that reads signals until there are none.
 */
import { expect, test } from 'vitest'
import type { NativeProcessEvent } from '../../lib/native/binding-types.js'
import { fixture } from '../attacks/support/probes.js'
import { describeBackends } from '../support/backends.js'
import { linuxBinding } from '../support/linux.js'
import { planOf, requestOf } from './support/native-launch.js'

/** Its events, and how long it took. */
async function run(file: string, argv: string[], isolation: 'command' | 'fresh', signal?: number) {
  const start = performance.now()
  const prepared = linuxBinding().prepare(planOf())
  const events = await new Promise<NativeProcessEvent[]>((resolve) => {
    const seen: NativeProcessEvent[] = []
    const child = linuxBinding().spawn(prepared, requestOf({ file, argv, isolation }), (event) => {
      seen.push(event)
      if (event.type === 'spawned' && signal !== undefined) setTimeout(() => child.kill(signal), 300)
      if (event.type === 'closed') resolve(seen)
    })
    setTimeout(() => child.kill(9), 15_000).unref()
  })
  await linuxBinding().closePlan(prepared)
  return { exit: events.find((event) => event.type === 'exit'), ms: performance.now() - start }
}

describeBackends(['namespaces'], () => {
  test.each([
    ['command', '64'],
    ['command', '40'],
    ['fresh', '64'],
  ] as const)('isolation %s, signal %s', async (isolation, signal) => {
    const flood = fixture('flood')
    const { exit, ms } = await run(flood, [flood, signal], isolation)
    expect(exit).toMatchObject({ code: 40, signal: 0 })
    expect(ms).toBeLessThan(5000)
    // SIGTERM of the host to a command that waits for it meanwhile.
    const script = `trap 'exit 9' TERM; trap '' 40; ${flood} ${signal}; while :; do sleep 0.01; done`
    const waiting = await run('/bin/sh', ['sh', '-c', script], isolation, 15)
    expect(waiting.exit).toMatchObject({ code: 9, signal: 0 })
    expect(waiting.ms).toBeLessThan(8000)
  })
})
