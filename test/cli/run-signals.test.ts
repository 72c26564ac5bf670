import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildCli, makeScratch, ONLY_CWD, type Scratch, startRingfence } from '../support/cli.js'

beforeAll(buildCli, 120_000)

let scratch: Scratch
beforeEach(() => {
  scratch = makeScratch()
})
afterEach(() => scratch.remove())

async function startAndSee(script: string, ready: string) {
  const started = startRingfence(['run', ...ONLY_CWD, '--', process.execPath, '-e', script], { cwd: scratch.work })
  await new Promise<void>((resolve, reject) => {
    started.child.stdout.on('data', () => started.result.stdout.includes(ready) && resolve())
    started.child.once('close', () => reject(new Error(`ended early: ${started.result.stderr}`)))
  })
  return started
}

const WAITS = 'setInterval(() => {}, 1000); console.log("ready");'

test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const)(
  '%s reaches the command, which answers with its own exit code',
  async (signal) => {
    const script = `process.on('${signal}', () => { console.log('got ${signal}'); process.exit(17) }); ${WAITS}`
    const { child, ended } = await startAndSee(script, 'ready')
    child.kill(signal)
    expect(await ended).toMatchObject({ code: 17, signal: null, stdout: `ready\ngot ${signal}\n` })
  },
)

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s ends a command that does not expect it: %i', async (signal, code) => {
  const { child, ended } = await startAndSee(WAITS, 'ready')
  child.kill(signal)
  expect(await ended).toMatchObject({ code, signal: null })
})

test('a command may ignore a signal and go on', async () => {
  const script = `let n = 0; process.on('SIGINT', () => { console.log('got ' + ++n); if (n === 2) process.exit(5) }); ${WAITS}`
  const { child, result, ended } = await startAndSee(script, 'ready')
  child.kill('SIGINT')
  await expect.poll(() => result.stdout, { timeout: 10_000 }).toContain('got 1')
  child.kill('SIGINT')
  expect(await ended).toMatchObject({ code: 5, stdout: 'ready\ngot 1\ngot 2\n' })
})

test('SIGKILL of ringfence ends the command too', async () => {
  const { child, result, ended } = await startAndSee(`${WAITS} setInterval(() => console.log('beat'), 20)`, 'beat')
  child.kill('SIGKILL')
  // `close` needs the end of the pipes, and the command holds them as long as it lives.
  expect((await ended).signal).toBe('SIGKILL')
  expect(result.stdout).toContain('beat')
})
