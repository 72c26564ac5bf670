/** Messages of launches, on the real channels. Those of commands that run are tested in test/contract/channels.test.ts. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { constants } from 'node:os'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type ChannelName, publish } from '../../lib/events.js'
import { SandboxEvents } from '../../lib/launch-events.js'

function listen(name: ChannelName): unknown[] {
  const messages: unknown[] = []
  const listener = (message: unknown) => messages.push(message)
  subscribe(name, listener)
  onTestFinished(() => {
    unsubscribe(name, listener)
  })
  return messages
}

/** To ask for the pid before the command was executed would make the JS thread wait. */
const noPid = () => {
  throw new Error('asked too early')
}

const failure = { stage: 'linux.helper.lost', syscall: 'sendmsg', errno: constants.errno.EPIPE, path: '' }

test('without subscribers no message is made', () => {
  const message = vi.fn(() => ({ message: 'text' }))
  publish('ringfence:warning', message)
  expect(message).not.toHaveBeenCalled()
  // Control.
  const messages = listen('ringfence:warning')
  publish('ringfence:warning', message)
  expect(message).toHaveBeenCalledOnce()
  expect(messages).toEqual([{ message: 'text' }])
})

test('sandboxes have ids of their own, launches numbers', () => {
  const messages = listen('ringfence:launch')
  const [one, other] = [new SandboxEvents('landlock'), new SandboxEvents('landlock')]
  expect(one.id).not.toBe(other.id)
  one.launch('a', noPid)
  one.launch('b', noPid)
  other.launch('c', noPid)
  expect(messages).toEqual([
    { sandbox: one.id, launch: 1, backend: 'landlock', command: 'a' },
    { sandbox: one.id, launch: 2, backend: 'landlock', command: 'b' },
    { sandbox: other.id, launch: 1, backend: 'landlock', command: 'c' },
  ])
})

test.each(['retried', 'rebuilt'] as const)('%s says what failed, in numbers', (method) => {
  const messages = listen(method === 'retried' ? 'ringfence:retry' : 'ringfence:rebuild')
  const events = new SandboxEvents('namespaces')
  events.launch('a', noPid)[method](failure)
  events.launch('b', noPid)[method]({ stage: 'linux.helper.lost', syscall: '', errno: 0 })
  events.launch('c', noPid)[method]({ ...failure, path: '/c' })
  const common = { sandbox: events.id, backend: 'namespaces' }
  const { stage, syscall, errno } = failure
  expect(messages).toEqual([
    { ...common, launch: 1, command: 'a', failure: { stage, syscall, errno } },
    { ...common, launch: 2, command: 'b', failure: { stage } },
    { ...common, launch: 3, command: 'c', failure: { stage, syscall, errno, path: '/c' } },
  ])
})

test('a denial is that of the result', () => {
  const messages = listen('ringfence:denial')
  const events = new SandboxEvents('namespaces')
  const launch = events.launch('a', () => 7)
  launch.spawned()
  const denial = { protection: 'file-writes', subject: 'write /usr/x' } as const
  launch.denied(denial)
  expect(messages).toEqual([{ sandbox: events.id, launch: 1, backend: 'namespaces', command: 'a', pid: 7, denial }])
})
