/** The package on the disk is taken away or replaced under a program that uses it, as an update does. */
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { buildCli } from '../support/cli.js'
import { isRunning, killProcess, launcherProcesses } from '../support/launcher-processes.js'
import { temporaryDirectory } from '../support/sandboxes.js'
import { CHECKOUT, startToldHost } from '../support/told-host.js'
import { ADDON, LAUNCHER } from './support/native-launch.js'

const NATIVE = relative(CHECKOUT, dirname(ADDON))

/** What node needs of it. */
function copyPackage(): string {
  const copy = join(temporaryDirectory(), 'package')
  mkdirSync(join(copy, NATIVE), { recursive: true })
  for (const name of ['package.json', 'dist']) cpSync(join(CHECKOUT, name), join(copy, name), { recursive: true })
  for (const file of [ADDON, LAUNCHER]) cpSync(file, join(copy, relative(CHECKOUT, file)))
  symlinkSync(join(CHECKOUT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** What is done to the copy, by what it is called. */
const LOSSES: Record<string, (copy: string) => void> = {
  'the launcher is removed': (copy) => rmSync(join(copy, relative(CHECKOUT, LAUNCHER))),
  'the launcher is emptied': (copy) => writeFileSync(join(copy, relative(CHECKOUT, LAUNCHER)), ''),
  'the launcher is replaced': (copy) => {
    const launcher = join(copy, relative(CHECKOUT, LAUNCHER))
    writeFileSync(`${launcher}.new`, '#!/bin/sh\nexit 3\n', { mode: 0o755 })
    renameSync(`${launcher}.new`, launcher)
  },
  'its directory is removed': (copy) => rmSync(join(copy, NATIVE), { recursive: true }),
  'its directory is renamed': (copy) => renameSync(join(copy, NATIVE), join(copy, `${NATIVE}-was`)),
  'the package is removed': (copy) => rmSync(copy, { recursive: true }),
}

beforeAll(buildCli, 120_000)

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each(Object.keys(LOSSES))('%s: commands go on, also when everything has to be started anew', async (name) => {
    const location = copyPackage()
    const work = temporaryDirectory()
    const host = await startToldHost({ backend, work, state: join(temporaryDirectory(), 'state'), location })
    const ran = { exitCode: 0, signal: null }
    expect(await host.tell('mark first')).toEqual(ran)
    LOSSES[name]?.(location)
    expect(await host.tell('mark second')).toEqual(ran)
    const all = Object.values(launcherProcesses(host.pid)).flat()
    for (const pid of all) killProcess(pid)
    await vi.waitFor(() => expect(all.filter(isRunning)).toEqual([]), { interval: 1, timeout: 3000 })
    expect(await host.tell('mark third')).toEqual(ran)
    expect(readFileSync(join(work, 'marks'), 'utf8')).toBe('first\nsecond\nthird\n')
    expect(await host.leave()).toBe(0)
    // Control: who starts now does not get it.
    const late = { backend, work, state: join(temporaryDirectory(), 'state'), location }
    await expect(startToldHost(late)).rejects.toThrow('the host has ended')
  })
})
