// The public API over the addon whose Windows pretends to restrict (test/native/windows/pretend.h): everything runs as
// on Windows, and nothing is kept from anything.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importFrom, pretendPackage } from './packages.mjs'

const require = createRequire(import.meta.url)

/** The addon itself. `pretendLedger()` says what is open and was written. */
export const addon = require(require('node-gyp-build').path(pretendPackage))

const api = await importFrom(pretendPackage)

/** What a token can enforce. */
const policy = {
  extends: 'workspace-write',
  network: { mode: 'unrestricted' },
  environment: { inherit: 'all' },
  protections: {
    'file-reads': 'best-effort',
    'unix-sockets': 'best-effort',
    processes: 'best-effort',
    'system-calls': 'best-effort',
  },
}

/** Calls `body(path)` with an empty directory, by the name that Windows gives it, and removes it. */
export async function withDirectory(body, parent = tmpdir()) {
  const path = realpathSync.native(mkdtempSync(join(parent, 'ringfence-')))
  try {
    return await body(path)
  } finally {
    rmSync(path, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Calls `body(sandbox, cwd)` with a sandbox and closes it. Its state is where no command can write. */
export function withSandbox(body, options = {}) {
  return withDirectory(
    (stateDirectory) =>
      withDirectory(async (cwd) => {
        const sandbox = await api.Sandbox.create({ policy, cwd, stateDirectory, ...options })
        try {
          return await body(sandbox, cwd)
        } finally {
          await sandbox.close()
        }
      }),
    process.env.LOCALAPPDATA,
  )
}

/** argv of node.exe with a script. */
export function node(script, ...args) {
  return [process.execPath, ['-e', script, ...args]]
}
