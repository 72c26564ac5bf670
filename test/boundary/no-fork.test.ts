/**
 * The host's process is never copied, however large it is and however many commands it starts, and its JS thread never
 * waits for a child: what its threads ask the kernel for, seen by strace.
 */
import { fileURLToPath } from 'node:url'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { buildCli } from '../support/cli.js'
import { temporaryDirectory } from '../support/sandboxes.js'
import { needStrace, type SystemCall, traceCalls } from '../support/strace.js'

const MAIN = fileURLToPath(new URL('../fixtures/calls-main.mjs', import.meta.url))
const COMMANDS = 12
const MAKES = ['clone', 'clone3', 'fork', 'vfork']
const EXECUTES = ['execve', 'execveat']
const WAITS = ['wait4', 'waitid']
const MARKS = ['access', 'faccessat', 'faccessat2']

const isThread = ({ text }: SystemCall) => text.includes('CLONE_THREAD')

/** The threads of the traced program itself: its first one, and those that they have made. */
function threadsOf(calls: readonly SystemCall[]): number[] {
  const threads = [calls[0]?.tid ?? 0]
  // A thread is heard of before its clone() has returned: until nothing is added.
  for (let known = 0; known < threads.length; ) {
    known = threads.length
    for (const call of calls) {
      const { tid, name, result } = call
      if (!MAKES.includes(name) || !isThread(call) || !threads.includes(tid) || result === undefined) continue
      if (!threads.includes(result)) threads.push(result)
    }
  }
  return threads
}

beforeAll(buildCli, 120_000)
beforeEach(needStrace)

describeBackends(['namespaces', 'landlock'], (backend) => {
  test.each(['command', 'fresh'])(
    `${COMMANDS} commands with isolation '%s' from a heap of 200 MB`,
    { timeout: 90_000 },
    (isolation) => {
      const command = [process.execPath, MAIN, backend, isolation, `${COMMANDS}`, temporaryDirectory()]
      const calls = traceCalls([...MAKES, ...EXECUTES, ...WAITS, ...MARKS], command)
      const threads = threadsOf(calls)
      const own = calls.filter(({ tid }) => threads.includes(tid))
      const [main] = threads

      const made = own.filter((call) => MAKES.includes(call.name) && !isThread(call))
      // The zygote: on the memory of this process, whose page tables are not copied.
      expect(made.map(({ name }) => name)).toEqual(['clone'])
      expect(made[0]?.text).toMatch(/CLONE_VM\b.*CLONE_VFORK\b/)
      expect(made[0]?.tid).not.toBe(main)
      // Control: processes were made all the same, by the zygote and those that it has started.
      const elsewhere = calls.filter((call) => !threads.includes(call.tid) && MAKES.includes(call.name))
      expect(elsewhere.length).toBeGreaterThanOrEqual(COMMANDS)
      const executed = calls.filter(({ name, result }) => EXECUTES.includes(name) && result === 0)
      expect(executed.filter(({ tid }) => !threads.includes(tid)).length).toBeGreaterThanOrEqual(COMMANDS)

      const onMain = own.filter(({ tid }) => tid === main)
      const marks = onMain.flatMap(({ text }, index) => (text.includes('/ringfence-test-mark') ? [index] : []))
      expect(marks.length).toBe(2)
      const [begin = 0, end = 0] = marks
      // Its own start, and threads. (At the end of the program that of the zygote is waited for.)
      const [first, ...before] = onMain.slice(0, begin).filter(({ name }) => !MARKS.includes(name))
      expect(first?.name).toBe('execve')
      expect(before.filter((call) => !isThread(call))).toEqual([])
      // No thread either while commands are started: nothing of all that was traced.
      expect(end - begin).toBe(1)
    },
  )
})
