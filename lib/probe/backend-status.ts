/** Finds out whether a backend can start on this machine, and the facts that its planner needs. */
import { SandboxError } from '../errors.js'
import { sandboxErrorOf } from '../failure.js'
import { isWindowsBinding, type KernelFacts, type LinuxBinding, type NativeFailure } from '../native/binding-types.js'
import { BACKEND_TABLE } from '../plan/backends.js'
import type { BackendName, LinuxBackendName, LinuxFacts } from '../plan/types.js'
import { bubblewrapMissing, bubblewrapWarning, findBubblewrap, inspectBubblewrap } from './bubblewrap.js'
import { dryRun } from './dry-run.js'
import { readHostFacts } from './host-facts.js'
import { probeToken } from './restricted-token.js'
import type { BackendStatus, FailedStatus, ProbeRequest } from './status.js'

export async function probeBackend(backend: BackendName, request: ProbeRequest): Promise<BackendStatus> {
  const { binding } = request
  if (backend === 'restricted-token') {
    return isWindowsBinding(binding) ? probeToken({ ...request, binding }) : ofOtherSystem(backend)
  }
  return isWindowsBinding(binding) ? ofOtherSystem(backend) : probeLinux(backend, { ...request, binding })
}

function ofOtherSystem(backend: BackendName): FailedStatus {
  const { needs } = BACKEND_TABLE[backend]
  const error = new SandboxError(`the backend ${backend} is not one of this system: it needs ${needs}`, {
    code: 'SANDBOX_BACKEND_UNAVAILABLE',
    stage: 'native.platform',
    backend,
  })
  return { backend, error }
}

interface LinuxRequest extends ProbeRequest {
  binding: LinuxBinding
}

function linuxFacts(request: ProbeRequest, kernel: KernelFacts): LinuxFacts {
  return {
    uid: kernel.uid,
    gid: kernel.gid,
    mapsFullRange: kernel.mapsFullRange,
    landlockAbi: Math.min(kernel.landlockAbi, request.maxLandlockAbi),
    mountsProc: true,
    limitsPidNamespaces: kernel.limitsPidNamespaces,
    arch: process.arch === 'arm64' ? 'arm64' : 'x64',
    stateDirectory: request.stateDirectory,
  }
}

async function probeLinux(backend: LinuxBackendName, request: LinuxRequest): Promise<BackendStatus> {
  const kernel = request.binding.kernelFacts()
  const facts = linuxFacts(request, kernel)
  switch (backend) {
    case 'namespaces':
      return startWithProc(backend, request, facts, (failure) => failure.stage === 'linux.mount.proc')
    case 'bubblewrap':
      return probeBubblewrap(request, facts)
    case 'landlock':
      return probeLandlock(request, facts, kernel)
  }
}

async function probeBubblewrap(request: LinuxRequest, facts: LinuxFacts): Promise<BackendStatus> {
  const backend = 'bubblewrap'
  const executable = await findBubblewrap(request.bubblewrap)
  if (executable === undefined) {
    const error = sandboxErrorOf(bubblewrapMissing(request.bubblewrap), { backend })
    return { backend, facts, error, warning: 'bubblewrap is not installed; the backend of that name is not available' }
  }
  const inspected = await inspectBubblewrap(request.binding, executable)
  if ('failure' in inspected) {
    const error = sandboxErrorOf(inspected.failure, { backend })
    return { backend, facts, error, warning: `${executable} cannot be used: ${error.hint ?? error.message}` }
  }
  const found = { ...facts, bubblewrap: inspected.found }
  const warning = bubblewrapWarning(inspected.found)
  // bwrap does not say which of its steps failed, so a masked /proc is found out by trying without.
  const status = await startWithProc(backend, request, found, () => true)
  return warning === undefined ? status : { ...status, warning }
}

async function probeLandlock(request: LinuxRequest, facts: LinuxFacts, kernel: KernelFacts): Promise<BackendStatus> {
  const backend = 'landlock'
  if (facts.landlockAbi === 0) {
    const failure: NativeFailure = {
      stage: 'linux.landlock.create-ruleset',
      syscall: 'landlock_create_ruleset',
      errno: kernel.landlockErrno,
    }
    return { backend, facts, error: sandboxErrorOf(failure, { backend }) }
  }
  return statusOf(backend, facts, await dryRun(request.binding, backend, facts))
}

/** Where a new /proc cannot be mounted, the host's is kept. */
async function startWithProc(
  backend: LinuxBackendName,
  request: LinuxRequest,
  facts: LinuxFacts,
  mayBeProc: (failure: NativeFailure) => boolean,
): Promise<BackendStatus> {
  const failure = await dryRun(request.binding, backend, facts)
  if (failure !== undefined && mayBeProc(failure)) {
    const withHostProc = { ...facts, mountsProc: false }
    if ((await dryRun(request.binding, backend, withHostProc)) === undefined) return { backend, facts: withHostProc }
  }
  return statusOf(backend, facts, failure)
}

async function statusOf(
  backend: LinuxBackendName,
  facts: LinuxFacts,
  failure: NativeFailure | undefined,
): Promise<BackendStatus> {
  if (failure === undefined) return { backend, facts }
  return { backend, facts, error: sandboxErrorOf(failure, { backend, facts: await readHostFacts() }) }
}
