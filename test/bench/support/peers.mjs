/** Other sandboxes for agents, where they are installed: never a dependency, found by import or on PATH only. */
import { spawn } from 'node:child_process'
import { accessSync, constants, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Absent } from './absent.mjs'
import { timeBatch, timeChild } from './timing.mjs'
import { floorVariant, PROGRAM } from './variant.mjs'

const SRT = '@anthropic-ai/sandbox-runtime'
const CODEX = '@openai/codex'

/** The same as `workspace-write` in its words. */
const SRT_CONFIG = {
  network: { allowedDomains: [], deniedDomains: [] },
  filesystem: { denyRead: [], allowWrite: ['.', '/tmp'], denyWrite: [] },
}

export const PEERS = {
  [`${CODEX}, command line`]: (context) =>
    floorVariant(context, [onPath('codex', CODEX), 'sandbox', '--', PROGRAM], { note: 'read-only, its default' }),
  [`${SRT}, command line`]: (context) => floorVariant(context, [onPath('srt', SRT), PROGRAM]),
  [`${SRT}, library`]: srtLibrary,
}

/** It has one sandbox a process, and gives a line for a shell that the caller runs. */
async function srtLibrary() {
  const { SandboxManager } = await importSrt()
  const { errors } = SandboxManager.checkDependencies()
  if (errors.length > 0) throw new Absent(errors.join('; '))
  await SandboxManager.initialize(SRT_CONFIG)
  const once = async () => {
    const before = performance.now()
    const line = await SandboxManager.wrapWithSandbox(PROGRAM)
    const wrapped = performance.now() - before
    const { total } = await timeChild(() => spawn(line, { shell: true, stdio: 'ignore' }))
    SandboxManager.cleanupAfterCommand()
    return { total: wrapped * 1e3 + total }
  }
  return {
    once,
    batch: (count, inFlight) => timeBatch(once, count, inFlight),
    note: 'one shell line, made and run',
    end: () => SandboxManager.reset(),
  }
}

async function importSrt() {
  try {
    return await import(SRT)
  } catch {
    // The command on PATH lies beside the library.
    return import(pathToFileURL(join(dirname(realpathSync(onPath('srt', SRT))), 'index.js')).href)
  }
}

function onPath(name, packageName) {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(directory, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // The next one.
    }
  }
  throw new Absent(`${packageName} is not installed (no \`${name}\` on PATH)`)
}
