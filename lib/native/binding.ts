/** The only loader of the addon. Nothing is loaded before the first call of loadBinding(). */

import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SandboxError } from '../errors.js'
import { isWindowsBinding, type NativeBinding, type NativeFailure } from './binding-types.js'

const SUPPORTED_PLATFORMS = ['linux-x64', 'linux-arm64', 'win32-x64']
const HELPER_NAME = 'ringfence-helper'

const require = createRequire(import.meta.url)
const packageRoot = fileURLToPath(new URL('../..', import.meta.url))

let loaded: NativeBinding | undefined

/**
 * The addon, on Linux with its helper, loaded once.
 *
 * @throws SandboxError `SANDBOX_BACKEND_UNAVAILABLE` (stage `native.platform`) on a platform without native code;
 *   `SANDBOX_HELPER_FAILED` when the addon (stage `native.load`) or the helper (the helper's own stage) cannot be
 *   loaded. A failure is not remembered: the next call tries again.
 */
export function loadBinding(): NativeBinding {
  loaded ??= load()
  return loaded
}

function load(): NativeBinding {
  requireSupportedPlatform()
  const addonPath = findAddon()
  const binding = requireAddon(addonPath)
  if (isWindowsBinding(binding)) return binding
  const helperPath = join(dirname(addonPath), HELPER_NAME)
  try {
    binding.loadHelper(helperPath)
  } catch (cause) {
    throw helperError(helperPath, cause)
  }
  return binding
}

function requireSupportedPlatform(): void {
  const platform = `${process.platform}-${process.arch}`
  if (SUPPORTED_PLATFORMS.includes(platform)) return
  throw new SandboxError(`ringfence has no sandbox for ${platform}`, {
    code: 'SANDBOX_BACKEND_UNAVAILABLE',
    stage: 'native.platform',
    hint: `supported: ${SUPPORTED_PLATFORMS.join(', ')}`,
  })
}

function findAddon(): string {
  let path: string
  try {
    path = (require('node-gyp-build') as { path(directory: string): string }).path(packageRoot)
  } catch (cause) {
    throw new SandboxError(`no native code of ringfence in ${packageRoot}`, {
      code: 'SANDBOX_HELPER_FAILED',
      stage: 'native.load',
      path: packageRoot,
      hint: 'in a checkout run "npm run build:native"; when bundling, keep ringfence external to the bundle',
      cause,
    })
  }
  // node-gyp-build also looks beside the node executable and where an environment variable points.
  const inPackage = relative(packageRoot, path)
  // Of two drives neither is seen from the other: the path stays absolute.
  if (inPackage.startsWith('..') || isAbsolute(inPackage)) {
    throw new SandboxError(`native code found outside the package: ${path}`, {
      code: 'SANDBOX_HELPER_FAILED',
      stage: 'native.load',
      path,
      hint: 'unset RINGFENCE_PREBUILD and reinstall ringfence',
    })
  }
  return unpackedFromAsar(path)
}

/** Native code cannot be read from Electron's archive; packagers put it beside the archive. */
function unpackedFromAsar(path: string): string {
  return path.replace(/([\\/])app\.asar([\\/])/, '$1app.asar.unpacked$2')
}

function requireAddon(path: string): NativeBinding {
  try {
    return require(path) as NativeBinding
  } catch (cause) {
    const disabled = cause instanceof Error && 'code' in cause && cause.code === 'ERR_DLOPEN_DISABLED'
    throw new SandboxError(`cannot load ${path}`, {
      code: 'SANDBOX_HELPER_FAILED',
      stage: 'native.load',
      path,
      hint: disabled
        ? 'run node with --allow-addons'
        : 'reinstall ringfence on this machine; in Electron add node_modules/ringfence/prebuilds to asarUnpack',
      cause,
    })
  }
}

function helperError(helperPath: string, cause: unknown): SandboxError {
  const failure = cause as Partial<NativeFailure>
  return new SandboxError(`cannot load the launcher ${helperPath}`, {
    code: 'SANDBOX_HELPER_FAILED',
    stage: failure.stage ?? 'native.load',
    ...(failure.errno ? { errno: failure.errno, syscall: failure.syscall ?? '' } : {}),
    path: failure.path ?? helperPath,
    hint: 'in a checkout run "npm run build:native"; otherwise reinstall ringfence',
    cause,
  })
}
