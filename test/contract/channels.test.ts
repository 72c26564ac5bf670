/** What is published on diagnostics channels while real commands run. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  CHANNELS,
  type CloseMessage,
  type ErrorMessage,
  type ExitMessage,
  type LaunchMessage,
  type RebuildMessage,
  Sandbox,
  type SpawnMessage,
} from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace, plainPolicy, temporaryDirectory } from '../support/sandboxes.js'

type Published = [channel: string, message: LaunchMessage]

/** Everything that is published from now on, of this sandbox. */
function publishedOf(sandbox: Sandbox): Published[] {
  const published: Published[] = []
  for (const name of CHANNELS) {
    const listen = (message: unknown) => {
      if ((message as LaunchMessage).sandbox === sandbox.id) published.push([name, message as LaunchMessage])
    }
    subscribe(name, listen)
    onTestFinished(() => {
      unsubscribe(name, listen)
    })
  }
  return published
}

const namesOf = (published: Published[]) => published.map(([name]) => name)

function messageOf<Message>(published: Published[], channel: string): Message {
  const found = published.find(([name]) => name === channel)
  if (found === undefined) throw new Error(`nothing on ${channel}`)
  return found[1] as Message
}

describeBackends(['namespaces'], (backend) => {
  test('a path of the policy that the host replaced between commands: the next launch says what was rebuilt', async () => {
    const path = join(temporaryDirectory(), 'held')
    mkdirSync(path)
    const { sandbox } = await openWorkspace(backend, { filesystem: { [path]: 'none' } })
    const published = publishedOf(sandbox)
    await sandbox.exec('true')
    // Control: the same without a change.
    await sandbox.exec('true')
    expect(namesOf(published)).not.toContain('ringfence:rebuild')
    renameSync(path, `${path}-before`)
    mkdirSync(path)
    expect(await sandbox.exec('true')).toMatchObject({ exitCode: 0 })
    const third = published.filter(([, { launch }]) => launch === 3)
    expect(namesOf(third).slice(0, 3)).toEqual(['ringfence:launch', 'ringfence:rebuild', 'ringfence:spawn'])
    const { failure } = messageOf<RebuildMessage>(third, 'ringfence:rebuild')
    expect(failure).toEqual({ stage: 'linux.runner.changed', path })
  })
})

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('a command that runs: launch, spawn, exit, close, with times that grow', async () => {
    const { sandbox } = await openWorkspace(backend)
    const published = publishedOf(sandbox)
    const child = sandbox.spawn('sh', ['-c', 'sleep 0.05; exit 7'], { stdio: 'ignore' })
    await new Promise((resolve) => child.once('close', resolve))
    expect(namesOf(published)).toEqual(['ringfence:launch', 'ringfence:spawn', 'ringfence:exit', 'ringfence:close'])
    const common = { sandbox: sandbox.id, launch: 1, backend, command: 'sh' }
    expect(published[0]?.[1]).toEqual(common)
    for (const [, message] of published.slice(1)) expect(message).toMatchObject({ ...common, pid: child.pid })
    const { timings } = messageOf<SpawnMessage>(published, 'ringfence:spawn')
    const exit = messageOf<ExitMessage>(published, 'ringfence:exit')
    const close = messageOf<CloseMessage>(published, 'ringfence:close')
    expect(exit).toMatchObject({ exitCode: 7, signal: null, timedOut: false, isCanceled: false, usage: child.usage })
    const times = [0, timings.calledMs, timings.spawnedMs, exit.durationMs, close.durationMs]
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(timings.calledMs).toBeGreaterThan(0)
    expect(exit.durationMs - timings.spawnedMs).toBeGreaterThan(30)
  })

  test('a command that cannot be executed: launch, error with its numbers, close', async () => {
    const { sandbox } = await openWorkspace(backend)
    const published = publishedOf(sandbox)
    const error = await sandbox.exec('/nowhere/program').catch((reason) => reason)
    expect(namesOf(published)).toEqual(['ringfence:launch', 'ringfence:error', 'ringfence:close'])
    const { code, stage, syscall, errno, path, message } = error
    expect(messageOf<ErrorMessage>(published, 'ringfence:error').error).toEqual({
      ...{ code, stage, syscall, errno, message },
      ...(path !== undefined && { path }),
    })
    expect(code).toBe('SANDBOX_PROGRAM_NOT_FOUND')
  })

  test('time limit, output limit and AbortSignal are told apart', async () => {
    const work = temporaryDirectory()
    const policy = plainPolicy(work, { limits: { outputBytes: 1000 } })
    const sandbox = await Sandbox.create({ policy, cwd: work, backend })
    onTestFinished(() => sandbox.close())
    const published = publishedOf(sandbox)
    await sandbox.exec('sleep', ['60'], { timeout: 50 })
    await sandbox.exec('yes')
    await sandbox.exec('sleep', ['60'], { signal: AbortSignal.timeout(50) })
    await sandbox.exec('sleep', ['60'], { signal: AbortSignal.abort() })
    const exits = published.flatMap(([name, message]) => (name === 'ringfence:exit' ? [message as ExitMessage] : []))
    expect(exits.map(({ launch, timedOut, isCanceled, limit }) => [launch, timedOut, isCanceled, limit?.kind])).toEqual(
      [
        [1, true, false, undefined],
        [2, false, false, 'outputBytes'],
        [3, false, true, undefined],
        [4, false, true, undefined],
      ],
    )
    expect(namesOf(published).filter((name) => name === 'ringfence:close')).toHaveLength(4)
    expect(namesOf(published).slice(-3)).toEqual(['ringfence:launch', 'ringfence:exit', 'ringfence:close'])
  })

  test('no message has arguments, environment, input or output of the command', async () => {
    const { sandbox } = await openWorkspace(backend)
    const published = publishedOf(sandbox)
    const env = { PATH: '/usr/bin:/bin', TOKEN: 'secret-environment' }
    const script = 'cat; echo "$TOKEN $1"'
    const { stdout } = await sandbox.exec('sh', ['-c', script, 'sh', 'secret-argument'], {
      env,
      input: 'secret-input ',
    })
    // Control: the command had them all.
    expect(stdout).toBe('secret-input secret-environment secret-argument\n')
    const text = JSON.stringify(published)
    expect(text).toContain('"command":"sh"')
    expect(text).not.toContain('secret')
  })

  test('commands at the same time are told apart, and launch is published in the context of the caller', async () => {
    const { sandbox } = await openWorkspace(backend)
    const published = publishedOf(sandbox)
    const context = new AsyncLocalStorage<string>()
    const callers: unknown[] = []
    const listen = () => callers.push(context.getStore())
    subscribe('ringfence:launch', listen)
    onTestFinished(() => {
      unsubscribe('ringfence:launch', listen)
    })
    await Promise.all(
      [1, 2, 3].map((code) => context.run(`caller ${code}`, () => sandbox.exec('sh', ['-c', `exit ${code}`]))),
    )
    expect(callers).toEqual(['caller 1', 'caller 2', 'caller 3'])
    for (const launch of [1, 2, 3]) {
      const own = published.filter(([, message]) => message.launch === launch)
      expect(namesOf(own)).toEqual(['ringfence:launch', 'ringfence:spawn', 'ringfence:exit', 'ringfence:close'])
      expect(messageOf<ExitMessage>(own, 'ringfence:exit').exitCode).toBe(launch)
    }
  })
})
