/**
 * Remembers what probing found, for the life of the process: the machine does not change under it.
 *
 * Kept with the binding that was asked, so there is one for each loaded addon and no state of any sandbox in it.
 */
import { constants } from 'node:os'
import type { SandboxError } from '../errors.js'
import type { NativeBinding } from '../native/binding-types.js'
import type { BackendName } from '../plan/types.js'
import { publishWarning } from '../warnings.js'
import { probeBackend } from './backend-status.js'
import { findBubblewrap } from './bubblewrap.js'
import type { BackendStatus, ProbeRequest } from './status.js'

const { EAGAIN, EINTR, EMFILE, ENFILE, ENOMEM, ENOSPC } = constants.errno

/** Failures of a moment or of a limit that may be raised. */
const PASSING: ReadonlySet<number | undefined> = new Set([EAGAIN, EINTR, EMFILE, ENFILE, ENOMEM, ENOSPC])

class ProbeCache {
  readonly #statuses = new Map<string, Promise<BackendStatus>>()
  readonly #warned = new Set<string>()

  async status(backend: BackendName, request: ProbeRequest): Promise<BackendStatus> {
    const key = await cacheKey(backend, request)
    let status = this.#statuses.get(key)
    if (status === undefined) {
      status = probeBackend(backend, request)
      this.#statuses.set(key, status)
      this.#forgetPassingFailures(key, status)
    }
    const { warning } = await status
    if (warning !== undefined && !this.#warned.has(warning)) {
      this.#warned.add(warning)
      publishWarning(warning)
    }
    return status
  }

  #forgetPassingFailures(key: string, status: Promise<BackendStatus>): void {
    status.then(
      (found) => {
        if ('error' in found && isPassing(found.error)) this.#statuses.delete(key)
      },
      () => this.#statuses.delete(key),
    )
  }
}

function isPassing({ errno, stage }: SandboxError): boolean {
  return PASSING.has(errno) || stage.startsWith('linux.probe.')
}

const caches = new WeakMap<NativeBinding, ProbeCache>()

/** Whether `backend` can start here; asked once for each set of options. */
export function backendStatus(backend: BackendName, request: ProbeRequest): Promise<BackendStatus> {
  let cache = caches.get(request.binding)
  if (cache === undefined) {
    cache = new ProbeCache()
    caches.set(request.binding, cache)
  }
  return cache.status(backend, request)
}

async function cacheKey(backend: BackendName, request: ProbeRequest): Promise<string> {
  const { stateDirectory, maxLandlockAbi, bubblewrap } = request
  // By what is found, not by what is searched: a bwrap that is installed meanwhile is noticed.
  const executable = backend === 'bubblewrap' ? await findBubblewrap(bubblewrap) : undefined
  return JSON.stringify([backend, stateDirectory, maxLandlockAbi, executable ?? bubblewrap.path])
}
