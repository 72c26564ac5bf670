/** The public API. */
export { SandboxError, type SandboxErrorCode, type SandboxErrorFields } from './errors.js'
export {
  CHANNELS,
  type ChannelName,
  type CloseMessage,
  type DenialMessage,
  type ErrorMessage,
  type ExitMessage,
  type LaunchMessage,
  type LaunchTimings,
  type RebuildMessage,
  type RetryMessage,
  type RingfenceMessages,
  type SpawnMessage,
  type StageFailure,
} from './events.js'
export type { ExecOptions } from './exec.js'
export type { LinesOptions } from './output-lines.js'
export {
  BACKENDS,
  type BackendName,
  type Enforcement,
  type EnforcementLevel,
  type LandlockPlan,
  type LandlockRule,
  type LimitKind,
  type LimitMechanism,
  type MountStep,
  type Plan,
  type PlannedLimit,
  type SeccompPlan,
  type UnenforceableRule,
} from './plan/types.js'
export { covers, intersect, merge } from './policy/algebra.js'
export { type LoadedPolicy, loadPolicyFile } from './policy/file.js'
export { PolicyError } from './policy/policy-error.js'
export { PRESETS } from './policy/presets.js'
export {
  type AccessInput,
  type EnvironmentPolicy,
  type LimitsPolicy,
  type NetworkMode,
  type NetworkPolicy,
  type Policy,
  PROTECTIONS,
  type PresetName,
  type Protection,
  type Requirement,
  type ResolvedPolicy,
  type ResolvedRule,
  type ResolvedSymlink,
  type RuleOrigin,
} from './policy/types.js'
export { type BackendProbe, type ProbeOptions, type ProbeReport, probe } from './probe/probe.js'
export type { SandboxedProcess, SandboxedProcessEvents } from './process.js'
export { asPty, type Pty, type PtyDisposable, type PtyExit } from './pty.js'
export type { Denial, ExecResult, ProcessUsage, ReachedLimit } from './result.js'
export { type Explanation, type PipedProcess, Sandbox, type TerminalProcess } from './sandbox.js'
export type { SandboxOptions } from './sandbox-options.js'
export type { SpawnOptions } from './spawn-options.js'
export type { StdioOption, StdioSlot } from './stdio.js'
export type { TerminalSize } from './terminal.js'
export type { RingfenceWarning } from './warnings.js'
