// The public API over the addon whose Windows pretends to restrict (test/native/windows/pretend.h): everything runs as
// on Windows, and nothing is kept from anything.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '../../..')

// What node-gyp-build looks at.
process.env.RINGFENCE_PREBUILD = resolve(root, 'build/win32-x64/pretend')
process.env.PREBUILDS_ONLY = '1'

const addonPath = createRequire(import.meta.url)('node-gyp-build').path(root)

/** The addon itself. `pretendLedger()` says what is open and was written. */
export const addon = createRequire(import.meta.url)(addonPath)

const api = await import(pathToFileURL(resolve(root, 'dist/index.js')).href)

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
