/** Each limit of a policy: what stays below it is left alone, what goes above it has its outcome. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type BackendName, type LimitsPolicy, SandboxError } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

const MIB = 1024 * 1024

/** Takes so many MiB, keeps them for a moment, and says so. */
const TAKE = `
import sys, time
taken = bytearray(int(sys.argv[1]) << 20)
time.sleep(0.3)
print("taken")
`

/** The same in two children. */
const TAKE_TWICE = `
import os, sys, time
children = []
for _ in range(2):
    pid = os.fork()
    if pid == 0:
        taken = bytearray(int(sys.argv[1]) << 20)
        time.sleep(1)
        os._exit(0)
    children.append(pid)
sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children))
`

/** Takes it once; two children have it as well, without a copy. */
const TAKE_AND_SHARE = `
import os, sys, time
taken = bytearray(int(sys.argv[1]) << 20)
for _ in range(2):
    if os.fork() == 0:
        time.sleep(0.5)
        os._exit(0)
os.wait(), os.wait()
print("shared")
`

/** Makes so many children at once, and says how many there are. */
const FORK = `
import os, sys, time
made = 0
try:
    for _ in range(int(sys.argv[1])):
        if os.fork() == 0:
            time.sleep(0.5)
            os._exit(0)
        made += 1
except BlockingIOError as error:
    made = f"{made}, {error.strerror}"
print(made)
time.sleep(0.3)
`

async function open(backend: BackendName, limits: LimitsPolicy) {
  const { sandbox, work } = await openWorkspace(backend, { limits })
  const python = (script: string, ...args: Array<string | number>) =>
    sandbox.exec('python3', ['-c', script, ...args.map(String)])
  return { sandbox, work, python }
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('memoryBytes: of one process', async () => {
    const { python } = await open(backend, { memoryBytes: 100 * MIB })
    expect(await python(TAKE, 40)).toMatchObject({ exitCode: 0, stdout: 'taken\n' })
    const over = await python(TAKE, 300)
    expect(over).toMatchObject({
      signal: 'SIGKILL',
      failed: true,
      limit: { kind: 'memoryBytes', value: 100 * MIB },
      usage: { maxRssBytes: expect.any(Number) },
    })
    expect(over.limit?.used).toBeGreaterThan(100 * MIB)
  })

  test('memoryBytes: of all processes together, what they share once', async () => {
    const { python } = await open(backend, { memoryBytes: 100 * MIB })
    expect(await python(TAKE_AND_SHARE, 60)).toMatchObject({ exitCode: 0, stdout: 'shared\n' })
    const over = await python(TAKE_TWICE, 70)
    expect(over).toMatchObject({ signal: 'SIGKILL', limit: { kind: 'memoryBytes' } })
    // Control: one of them alone is below the limit.
    expect(await python(TAKE, 70)).toMatchObject({ exitCode: 0 })
  })

  test('memoryBytes: what cannot be is refused by the kernel at once', async () => {
    const { python } = await open(backend, { memoryBytes: 100 * MIB })
    const { exitCode, stderr, limit } = await python(TAKE, 4096)
    expect([exitCode, limit]).toEqual([1, undefined])
    expect(stderr).toContain('MemoryError')
  })

  test('cpuSeconds: of one process', async () => {
    const { sandbox } = await open(backend, { cpuSeconds: 1 })
    expect(await sandbox.exec('sh', ['-c', 'i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done'])).toMatchObject({
      exitCode: 0,
    })
    const over = await sandbox.exec('sh', ['-c', 'while :; do :; done'])
    expect(over).toMatchObject({ failed: true, exitCode: null, limit: { kind: 'cpuSeconds', value: 1 } })
    expect(['SIGXCPU', 'SIGKILL']).toContain(over.signal)
    // The kernel itself counts by ticks, which is not how the time is told afterwards.
    expect(over.limit?.used).toBeGreaterThan(0.5)
    expect(over.limit?.used).toBeLessThan(2)
  })

  test('cpuSeconds: of all processes together, those that have ended too', async () => {
    const { sandbox } = await open(backend, { cpuSeconds: 1 })
    const part = `python3 -c 'import time
while time.process_time() < 0.4: pass'`
    expect(await sandbox.exec('sh', ['-c', `${part}; true`])).toMatchObject({ exitCode: 0 })
    const over = await sandbox.exec('sh', ['-c', `${part}; ${part}; ${part}; sleep 10`])
    expect(over).toMatchObject({ signal: 'SIGKILL', limit: { kind: 'cpuSeconds' } })
  })

  test('cpuSeconds: waiting costs nothing', async () => {
    const { sandbox } = await open(backend, { cpuSeconds: 1 })
    expect(await sandbox.exec('sleep', ['1.5'])).toMatchObject({ exitCode: 0 })
  })

  test('openFiles: EMFILE, which is the business of the command', async () => {
    const { sandbox, python } = await open(backend, { openFiles: 30 })
    expect(await sandbox.exec('sh', ['-c', 'ulimit -Sn; ulimit -Hn'])).toMatchObject({ stdout: '30\n30\n' })
    const script = 'import sys\nfiles = [open("/dev/null") for _ in range(int(sys.argv[1]))]'
    expect(await python(script, 20)).toMatchObject({ exitCode: 0 })
    const over = await python(script, 30)
    expect(over.stderr).toContain('Too many open files')
    expect(over).not.toHaveProperty('limit')
  })

  test('fileSizeBytes: the file ends there, and so does who writes it', async () => {
    const { sandbox, work } = await open(backend, { fileSizeBytes: 10_000 })
    expect(await sandbox.exec('sh', ['-c', 'exec head -c 10000 /dev/zero > below'])).toMatchObject({ exitCode: 0 })
    const limit = { kind: 'fileSizeBytes', value: 10_000, used: 10_000 }
    const over = await sandbox.exec('sh', ['-c', 'exec head -c 10001 /dev/zero > above'])
    expect(over).toMatchObject({ signal: 'SIGXFSZ', failed: true, limit })
    expect(statSync(join(work, 'above')).size).toBe(10_000)
    // A shell tells of the signal by its exit code.
    const inShell = await sandbox.exec('sh', ['-c', 'head -c 10001 /dev/zero > above; exit $?'])
    expect(inShell).toMatchObject({ exitCode: 153, limit })
  })

  test('output is no file', async () => {
    const { sandbox } = await open(backend, { fileSizeBytes: 10 })
    const { exitCode, stdout } = await sandbox.exec('head', ['-c', '100', '/dev/zero'])
    expect([exitCode, stdout.length]).toEqual([0, 100])
  })

  test('a limit above what this process may itself does not keep the command from starting', async () => {
    const { sandbox } = await open(backend, { openFiles: 1_000_000_000, fileSizeBytes: Number.MAX_SAFE_INTEGER })
    expect(await sandbox.exec('true')).toMatchObject({ exitCode: 0 })
  })

  test('the command cannot raise a limit, only lower it', async () => {
    const { sandbox } = await open(backend, { openFiles: 30 })
    expect(await sandbox.exec('sh', ['-c', 'ulimit -n 31'])).toMatchObject({ failed: true })
    expect(await sandbox.exec('sh', ['-c', 'ulimit -n 20; ulimit -n'])).toMatchObject({ stdout: '20\n' })
  })

  test('usage comes with every end', async () => {
    const { sandbox } = await open(backend, { outputBytes: 1000, wallMs: 20_000 })
    const number = expect.any(Number)
    const usage = { userUs: number, systemUs: number, maxRssBytes: number, wallUs: number }
    const slept = await sandbox.exec('sleep', ['0.2'])
    expect(slept.usage).toEqual(usage)
    expect(slept.usage?.wallUs).toBeGreaterThan(190_000)
    expect(slept.usage?.wallUs).toBeLessThan(1_000 * slept.durationMs)
    expect((await sandbox.exec('sh', ['-c', 'kill -9 $$'])).usage).toEqual(usage)
    // Ended together with its sandbox.
    const flood = await sandbox.exec('yes')
    expect(flood).toMatchObject({ limit: { kind: 'outputBytes', value: 1000 }, signal: 'SIGKILL', usage })
    expect(flood.usage?.maxRssBytes).toBeGreaterThan(100_000)
  })
})

describeBackends(['namespaces'], (backend) => {
  test('a session has the limits that are of each process, and refuses the others', async () => {
    const session = { isolation: 'session' } as const
    const { sandbox } = await openWorkspace(backend, { limits: { openFiles: 30, wallMs: 20_000 } }, session)
    expect(await sandbox.exec('sh', ['-c', 'ulimit -n'])).toMatchObject({ stdout: '30\n' })
    // What is ended at once is the command, and nothing of the session.
    const running = sandbox.spawn('sleep', ['5'])
    expect(await sandbox.exec('sleep', ['60'], { timeout: 200, killSignal: 'SIGKILL' })).toMatchObject({
      signal: 'SIGKILL',
      usage: { wallUs: expect.any(Number) },
    })
    expect(running.exitCode ?? running.signalCode).toBeNull()
    running.kill('SIGKILL')
    for (const limits of [{ processes: 9 }, { memoryBytes: MIB }, { cpuSeconds: 1 }]) {
      await expect(openWorkspace(backend, { limits }, session)).rejects.toMatchObject({
        code: 'SANDBOX_POLICY_UNENFORCEABLE',
        unenforceable: [{ rule: `limits.${Object.keys(limits)[0]}` }],
      })
    }
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('processes: one more cannot be made', async (context) => {
    const opened = await open(backend, { processes: 20 }).catch((error: unknown) => error)
    if (opened instanceof SandboxError) {
      expect(opened).toMatchObject({ code: 'SANDBOX_POLICY_UNENFORCEABLE', backend })
      context.skip(`${backend} cannot hold processes here: ${opened.message}`)
    }
    const { python } = opened as Awaited<ReturnType<typeof open>>
    const below = await python(FORK, 18)
    expect(below).toMatchObject({ stdout: '18\n', exitCode: 0 })
    expect(below).not.toHaveProperty('limit')
    // The command counts as well.
    const above = await python(FORK, 40)
    expect(above).toMatchObject({
      stdout: '19, Resource temporarily unavailable\n',
      exitCode: 0,
      failed: false,
      limit: { kind: 'processes', value: 20, used: 20 },
    })
  })

  test('processes: numbers are given out again, and there are as many as before', async (context) => {
    const opened = await open(backend, { processes: 8 }).catch((error: unknown) => error)
    if (opened instanceof SandboxError) context.skip(`${backend} cannot hold processes here: ${opened.message}`)
    const { sandbox, python } = opened as Awaited<ReturnType<typeof open>>
    const script = 'i=0; while [ $i -lt 700 ]; do /bin/true; i=$((i+1)); done; exec python3 -c "$0" 40'
    expect((await sandbox.exec('sh', ['-c', script, FORK])).stdout).toBe('7, Resource temporarily unavailable\n')
    expect((await python(FORK, 40)).stdout).toBe('7, Resource temporarily unavailable\n')
  })
})
