// Processes of the same user that are not the sandbox's, and the end of a sandbox's own.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { attempt, attemptOutside, verdictInside, verdictOutside } from '../support/attempts.mjs'
import { withFence, withPlaces } from '../support/fence.mjs'
import { pythonFor } from '../support/tools.mjs'

/** Calls `body(pid)` with a process of this user, and ends it. */
async function withVictim(body) {
  const victim = spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1000)'])
  try {
    await once(victim.stdout, 'data')
    return await body(victim)
  } finally {
    victim.kill('SIGKILL')
  }
}

test('a command cannot end another process of the user', async () => {
  await withFence({}, async (fence) => {
    await withVictim(async (victim) => {
      const exit = once(victim, 'exit')
      assert.equal(await attempt(fence, 'end-process', victim.pid), 'denied')
      assert.equal(victim.exitCode, null)
      assert.equal(victim.signalCode, null)
      assert.equal(attemptOutside(fence, 'end-process', victim.pid), 'allowed')
      await exit
    })
  })
})

/** "Process Security and Access Rights" on learn.microsoft.com. */
const RIGHTS = {
  PROCESS_CREATE_THREAD: 0x2,
  'PROCESS_VM_OPERATION | PROCESS_VM_WRITE': 0x28,
  PROCESS_DUP_HANDLE: 0x40,
  PROCESS_CREATE_PROCESS: 0x80,
  PROCESS_SUSPEND_RESUME: 0x800,
  'WRITE_DAC | WRITE_OWNER': 0xc0000,
}

test('nor change one', async (t) => {
  const python = pythonFor(t)
  if (python === undefined) return
  await withFence({}, async (fence) => {
    await withVictim(async ({ pid }) => {
      for (const [name, rights] of Object.entries(RIGHTS)) {
        const args = [join(fence.programs, 'open_process.py'), String(rights), String(pid)]
        assert.equal(await verdictInside(fence, python, args), 'denied', name)
        assert.equal(verdictOutside(python, args), 'allowed', name)
      }
    })
  })
})

async function untilThere(file, host) {
  const end = Date.now() + 60_000
  while (!existsSync(file)) {
    assert.equal(host.exitCode, null, 'the host has ended')
    assert.ok(Date.now() < end, `${file} does not appear`)
    await sleep(50)
  }
}

test('what a command has started ends when the host is killed', async () => {
  await withPlaces(async ({ work, temp }) => {
    const beats = join(work, 'beats')
    const program = join(import.meta.dirname, 'fixtures', 'host.mjs')
    const host = spawn(process.execPath, [program, beats, work, temp], { stdio: ['ignore', 'inherit', 'inherit'] })
    try {
      await untilThere(beats, host)
      const early = statSync(beats).size
      await sleep(500)
      assert.ok(statSync(beats).size > early, 'the control: it beats while the host lives')
    } finally {
      host.kill('SIGKILL')
    }
    await sleep(2000)
    const late = statSync(beats).size
    await sleep(1000)
    assert.equal(statSync(beats).size, late, 'it still beats')
  })
})
