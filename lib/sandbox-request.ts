/** What a caller asks of a sandbox, with what this machine makes of it, before any backend is chosen. */
import { homedir } from 'node:os'
import { asSandboxError } from './failure.js'
import { isWindowsBinding, type NativeBinding } from './native/binding-types.js'
import type { Plan } from './plan/types.js'
import { type ResolveContext, resolvePolicy } from './policy/resolve.js'
import type { ResolvedPolicy } from './policy/types.js'
import { probeRequest } from './probe/probe.js'
import type { ProbeRequest } from './probe/status.js'
import { type ParsedSandboxOptions, parseSandboxOptions, type SandboxOptions } from './sandbox-options.js'
import { stateBelowRoot } from './state-directory-windows.js'

export interface ResolvedRequest {
  parsed: ParsedSandboxOptions
  policy: ResolvedPolicy
  /** For probing under this policy. */
  request: ProbeRequest
}

/** Rejects with a TypeError that names the field, or a SandboxError. */
export async function resolveRequest(options: SandboxOptions): Promise<ResolvedRequest> {
  const parsed = parseSandboxOptions(options)
  const probing = await probeRequest(options)
  const { binding, stateDirectory } = probing
  try {
    await tidyState(binding, stateDirectory)
    const policy = await resolvePolicy(parsed.policy, resolveContext(parsed, binding, stateDirectory))
    const bubblewrap = { ...probing.bubblewrap, untrusted: untrustedTrees(policy, parsed.workspaceRoots) }
    return { parsed, policy, request: { ...probing, bubblewrap } }
  } catch (error) {
    throw asSandboxError(error)
  }
}

/** Throws a SandboxError, stage `state.directory`, where commands could write it. Elsewhere it is hidden from them. */
export function requireUsableState(plan: Plan): void {
  const failure = plan.backend === 'restricted-token' ? stateBelowRoot(plan.stateDirectory, plan.roots) : undefined
  if (failure !== undefined) throw failure
}

/** What crashed processes, and roots that are gone, have left. Rejects with NativeFailure. */
async function tidyState(binding: NativeBinding, stateDirectory: string): Promise<void> {
  if (isWindowsBinding(binding)) await binding.pruneSids(stateDirectory)
  // Before the policy is resolved: a stub that a crash left must not count as a directory of the user's.
  else await binding.sweepStubs(stateDirectory)
}

function resolveContext(options: ParsedSandboxOptions, binding: NativeBinding, stateDirectory: string): ResolveContext {
  const { cwd, workspaceRoots, env, baseDirectory, policyFile, maxScanDirectories, maxGlobEntries } = options
  return {
    cwd: cwd ?? '.',
    env,
    homedir: homedir(),
    stateDirectory,
    scan: (roots, limits) => binding.scanRepositories(roots, limits),
    ...(workspaceRoots !== undefined && { workspaceRoots }),
    ...(baseDirectory !== undefined && { baseDirectory }),
    ...(policyFile !== undefined && { file: policyFile }),
    ...(maxScanDirectories !== undefined && { maxScanDirectories }),
    ...(maxGlobEntries !== undefined && { maxGlobEntries }),
  }
}

/** Where a command could put programs of its own, and where a project brings its own. */
function untrustedTrees(policy: ResolvedPolicy, workspaceRoots: readonly string[] = []): string[] {
  const writable = policy.rules.filter(({ access }) => access === 'write').map(({ path }) => path)
  // A command that starts in / does not make the whole system a project.
  return [...writable, ...[policy.cwd, ...workspaceRoots].filter((path) => path !== '/')]
}
