/**
 * What a sandbox keeps for its commands is taken away, between and during spawns: the next command runs, once, under the
 * same protections.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type BackendName, Sandbox, SandboxError, type SandboxOptions } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import {
  isRunning,
  killProcess,
  type LauncherProcesses,
  launcherProcesses,
  ROLES,
  type Role,
} from '../support/launcher-processes.js'
import { temporaryDirectory } from '../support/sandboxes.js'

interface Workshop {
  sandbox: Sandbox
  work: string
  state: string
  /** Appends a line to `work`/marks with the name. */
  mark(name: string): ReturnType<Sandbox['exec']>
  marks(): string[]
}

async function openWorkshop(backend: BackendName, options: Partial<SandboxOptions> = {}): Promise<Workshop> {
  const top = temporaryDirectory()
  const [work, state] = [join(top, 'work'), join(top, 'state')]
  mkdirSync(work)
  writeFileSync(join(work, '.mcp.json'), '{}')
  writeFileSync(join(work, 'secret'), 'secret')
  mkdirSync(join(work, 'docs'))
  // An empty one could be a placeholder, which is made anew.
  writeFileSync(join(work, 'docs/file'), '')
  const own = { [join(work, 'secret')]: 'none', [join(work, 'docs')]: 'read' } as const
  const policy = { extends: 'read-only', filesystem: { [work]: 'write', ...own } } as const
  const sandbox = await Sandbox.create({ policy, cwd: work, backend, stateDirectory: state, ...options })
  onTestFinished(() => sandbox[Symbol.asyncDispose]())
  return {
    sandbox,
    work,
    state,
    mark: (name) => sandbox.exec('sh', ['-c', `printf '%s\\n' ${name}; echo ${name} >> marks`]),
    marks: () => (existsSync(join(work, 'marks')) ? readFileSync(join(work, 'marks'), 'utf8').trim().split('\n') : []),
  }
}

/** What the policy says, and one thing that it allows for each that it does not. */
async function expectProtected({ sandbox, work }: Workshop): Promise<void> {
  const tries = ['echo x > .mcp.json', 'mkdir .vscode/x', 'cat secret', 'echo x > ../outside', 'mkdir .git/hooks']
  for (const attempt of tries) {
    expect((await sandbox.exec('sh', ['-c', attempt])).exitCode, attempt).not.toBe(0)
  }
  const controls = ['echo x > new', 'mkdir -p dir/x', 'cat new', 'rm -r new dir']
  for (const control of controls) {
    expect(await sandbox.exec('sh', ['-c', control]), control).toMatchObject({ exitCode: 0 })
  }
  expect(existsSync(join(work, '..', 'outside'))).toBe(false)
}

/** The zygote of this process, and a runner with slots to spare. */
async function readyProcesses() {
  await vi.waitFor(() => expect(launcherProcesses(process.pid).slot.length).toBeGreaterThanOrEqual(2), 3000)
  return launcherProcesses(process.pid)
}

/** What goes with the processes of a role: all that is below a supervisor, while those of a zygote live on. */
function leftOf(before: LauncherProcesses, role: Role): number[] {
  const roles = role === 'zygote' ? [role] : ROLES.slice(ROLES.indexOf(role))
  return roles.flatMap((each) => before[each]).filter(isRunning)
}

describeBackends(['namespaces'], (backend) => {
  test.each(['zygote', 'supervisor', 'runner', 'slot', 'command'] as Role[])(
    'the %s is killed between commands',
    async (role) => {
      for (const pause of [0, 50]) {
        const workshop = await openWorkshop(backend)
        await workshop.mark('first')
        const before = await readyProcesses()
        for (const pid of before[role]) killProcess(pid)
        // Gone, but this process may not have heard of it yet.
        await vi.waitFor(() => expect(leftOf(before, role)).toEqual([]), { interval: 1, timeout: 3000 })
        await delay(pause)
        expect(await workshop.mark('second')).toMatchObject({ exitCode: 0, stdout: 'second\n' })
        expect(workshop.marks()).toEqual(['first', 'second'])
        await expectProtected(workshop)
        await workshop.sandbox.close()
      }
    },
  )

  test.each(['zygote', 'supervisor', 'runner', 'slot', 'command'] as Role[])(
    'the %s is killed again and again while commands start: none runs twice',
    async (role) => {
      const workshop = await openWorkshop(backend)
      await workshop.mark('first')
      let stopped = false
      const killing = (async () => {
        while (!stopped) {
          const [pid] = launcherProcesses(process.pid)[role]
          if (pid !== undefined) killProcess(pid)
          await delay(7)
        }
      })()
      const names = Array.from({ length: 25 }, (_, index) => `n${index}`)
      const outcomes: unknown[] = []
      for (const name of names) outcomes.push(await workshop.mark(name).catch((error: unknown) => error))
      stopped = true
      await killing
      const marks = workshop.marks()
      expect(new Set(marks).size).toBe(marks.length)
      for (const [index, outcome] of outcomes.entries()) {
        const ran = marks.includes(names[index] ?? '')
        if (outcome instanceof SandboxError) {
          // Lost twice before it could run, with both causes; or when it may have been executed already.
          expect(outcome).toMatchObject({ code: 'SANDBOX_HELPER_FAILED', stage: 'linux.helper.lost' })
          if (outcome.cause !== undefined) expect(ran).toBe(false)
        } else {
          const { exitCode, signal } = outcome as Awaited<ReturnType<Workshop['mark']>>
          expect([0, null]).toContain(exitCode)
          if (exitCode === 0) expect(ran).toBe(true)
          else expect(signal).toBe('SIGKILL')
        }
      }
      expect(await workshop.mark('last')).toMatchObject({ exitCode: 0 })
      await expectProtected(workshop)
    },
  )
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test.each(['emptied', 'removed'])('the state directory is %s', async (how) => {
    const workshop = await openWorkshop(backend)
    await workshop.mark('first')
    rmSync(workshop.state, { recursive: true })
    if (how === 'emptied') mkdirSync(workshop.state, { mode: 0o700 })
    if (backend === 'bubblewrap') {
      // What hides it for bwrap was in it. bwrap writes to the command's stderr, so that is not tried again.
      await expect(workshop.mark('never')).rejects.toMatchObject({ stage: 'linux.bubblewrap.setup' })
    }
    expect(await workshop.mark('second')).toMatchObject({ exitCode: 0 })
    expect(workshop.marks()).toEqual(['first', 'second'])
    await expectProtected(workshop)
    await workshop.sandbox.close()
  })

  test('the temporary directory is emptied', async () => {
    const TMPDIR = temporaryDirectory()
    const workshop = await openWorkshop(backend, { env: { ...process.env, TMPDIR } })
    writeFileSync(join(TMPDIR, 'file'), '')
    await workshop.mark('first')
    rmSync(TMPDIR, { recursive: true })
    expect(await workshop.mark('second')).toMatchObject({ exitCode: 0 })
    mkdirSync(TMPDIR)
    expect(await workshop.mark('third')).toMatchObject({ exitCode: 0 })
    await expectProtected(workshop)
  })

  test.each(['command', 'fresh'] as const)("a protected file is replaced, isolation '%s'", async (isolation) => {
    const workshop = await openWorkshop(backend, { isolation })
    const { work } = workshop
    await workshop.mark('first')
    for (const name of ['.mcp.json', 'secret']) {
      for (const way of ['rename', 'unlink']) {
        if (way === 'unlink') rmSync(join(work, name))
        const path = join(work, way === 'rename' ? `${name}.new` : name)
        writeFileSync(path, 'other')
        if (way === 'rename') renameSync(path, join(work, name))
        expect(await workshop.mark(`${way}-${name}`)).toMatchObject({ exitCode: 0 })
        await expectProtected(workshop)
        expect(readFileSync(join(work, name), 'utf8')).toBe('other')
      }
    }
    expect(new Set(workshop.marks()).size).toBe(5)
    expect(workshop.marks().length).toBe(5)
  })

  test.each(['command', 'fresh'] as const)('the workspace is replaced, isolation %s', async (isolation) => {
    const workshop = await openWorkshop(backend, { isolation })
    const { work } = workshop
    await workshop.mark('first')
    for (const name of ['second', 'third']) {
      rmSync(work, { recursive: true })
      mkdirSync(work)
      writeFileSync(join(work, '.mcp.json'), '{}')
      writeFileSync(join(work, 'secret'), 'other')
      mkdirSync(join(work, 'docs'))
      expect(await workshop.mark(name)).toMatchObject({ exitCode: 0 })
      expect(workshop.marks()).toEqual([name])
      await expectProtected(workshop)
    }
  })

  test('what a rule is about is gone: an error with both causes, and nothing has run', async () => {
    const workshop = await openWorkshop(backend)
    const docs = join(workshop.work, 'docs')
    await workshop.mark('first')
    rmSync(docs, { recursive: true })
    const error = await workshop.mark('second').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SandboxError)
    const missing = { code: 'SANDBOX_SETUP_FAILED', stage: 'linux.mount.open', path: docs }
    expect(error).toMatchObject({ ...missing, cause: missing })
    expect(workshop.marks()).toEqual(['first'])
    // It comes back, and so do the commands.
    mkdirSync(docs)
    expect(await workshop.mark('third')).toMatchObject({ exitCode: 0 })
    await expectProtected(workshop)
    expect(await workshop.sandbox.exec('sh', ['-c', 'echo x > docs/x'])).not.toMatchObject({ exitCode: 0 })
  })

  test('a protected file that is removed is held by a placeholder, which goes with the sandbox', async () => {
    const workshop = await openWorkshop(backend)
    const file = join(workshop.work, '.mcp.json')
    await workshop.mark('first')
    rmSync(file)
    expect(await workshop.mark('second')).toMatchObject({ exitCode: 0 })
    await expectProtected(workshop)
    await workshop.sandbox.close()
    expect(existsSync(file)).toBe(false)
    expect(workshop.marks()).toEqual(['first', 'second'])
  })
})
