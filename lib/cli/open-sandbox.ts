/** From the policy options of a command line to a sandbox. */
import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { loadPolicyFile } from '../policy/file.js'
import { isPresetName } from '../policy/presets.js'
import { type Anchor, parseRulePath } from '../policy/rule-path.js'
import type { Access, AccessInput, Policy } from '../policy/types.js'
import { Sandbox } from '../sandbox.js'
import type { SandboxOptions } from '../sandbox-options.js'
import type { PolicyArguments } from './policy-arguments.js'
import { UsageError } from './usage-error.js'

/** Throws what Sandbox.create and loadPolicyFile throw, and a UsageError for what only a command line can get wrong. */
export async function openSandbox(given: PolicyArguments): Promise<Sandbox> {
  return Sandbox.create(await sandboxOptions(given))
}

/** Throws what loadPolicyFile throws, and a UsageError. */
export async function sandboxOptions(given: PolicyArguments): Promise<SandboxOptions> {
  enterExistingDirectory(given.cwd)
  requireDirectories(given)
  const { policy, ...from } = await basePolicy(given.policy)
  return {
    policy: withOptions(policy, given),
    backend: given.backend,
    ...(given.cwd !== undefined && { cwd: given.cwd }),
    ...from,
  }
}

/**
 * A single file can be opened by a policy file, by those who know that it cannot be replaced by another then, as most
 * programs save files. For a --write it is more likely a mistake. What is missing is for Sandbox.create to judge.
 */
function requireDirectories({ rules, cwd = '.' }: PolicyArguments): void {
  for (const { path, access } of rules) {
    const parsed = parseRulePath(path)
    if (access !== 'write' || parsed.kind !== 'path') continue
    const start = parsed.volume ?? startOf(parsed.anchor, cwd)
    if (start === undefined || !isFile(resolve(start, parsed.rest))) continue
    throw new UsageError('not a directory', `--write ${path}`, 'Give its directory, or open the file by a policy file.')
  }
}

function startOf(anchor: Anchor, cwd: string): string | undefined {
  if (anchor === 'absolute' || anchor === 'root') return '/'
  if (anchor === 'home') return homedir()
  return anchor === 'base' || anchor === 'cwd' ? cwd : undefined
}

function isFile(path: string): boolean {
  try {
    return !statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** A shell may stand in a directory that was deleted. With an absolute --cwd that does not matter. */
function enterExistingDirectory(cwd: string | undefined): void {
  try {
    process.cwd()
  } catch {
    if (cwd?.startsWith('/')) process.chdir('/')
    else throw new UsageError('the current directory was deleted', cwd ?? '.', 'Go to another one, or give --cwd.')
  }
}

type BasePolicy = Pick<SandboxOptions, 'policy' | 'baseDirectory' | 'policyFile'>

async function basePolicy(name = 'workspace-write'): Promise<BasePolicy> {
  if (isPresetName(name)) return { policy: name }
  if (!/[./]/.test(name)) {
    throw new UsageError(
      'no such preset',
      `--policy ${name}`,
      'Give read-only, workspace-write, or a .toml or .json file.',
    )
  }
  if (!/\.(toml|json)$/.test(name)) {
    throw new UsageError('unknown kind of policy file', `--policy ${name}`, 'Give a file that ends in .toml or .json.')
  }
  const { policy, file, baseDirectory } = await loadPolicyFile(resolve(name))
  return { policy, baseDirectory, policyFile: file }
}

/** The name of a preset stays a name where nothing is added: it needs no check, and no code for checking is loaded. */
function withOptions(base: BasePolicy['policy'], given: PolicyArguments): BasePolicy['policy'] {
  const { rules, network, bestEffort, environment, limits } = given
  const additions: Policy = {
    ...(rules.length > 0 && { filesystem: {} }),
    ...(network !== undefined && { network: { mode: network } }),
    ...(bestEffort.length > 0 && {
      protections: Object.fromEntries(bestEffort.map((protection) => [protection, 'best-effort'])),
    }),
    ...(Object.keys(environment).length > 0 && { environment: { set: environment } }),
    ...(Object.keys(limits).length > 0 && { limits }),
  }
  if (Object.keys(additions).length === 0) return base
  const policy: Policy = typeof base === 'string' ? { extends: base } : base
  return {
    ...policy,
    ...(additions.filesystem && { filesystem: addRules(policy.filesystem, rules) }),
    ...(additions.network && { network: { ...policy.network, ...additions.network } }),
    ...(additions.protections && { protections: { ...policy.protections, ...additions.protections } }),
    ...(additions.environment && {
      environment: { ...policy.environment, set: { ...policy.environment?.set, ...environment } },
    }),
    ...(additions.limits && { limits: { ...policy.limits, ...limits } }),
  }
}

/** As everywhere in a policy: of two rules for one path none wins over write, and write over read. */
const STRENGTH: Readonly<Record<AccessInput, number>> = { read: 0, write: 1, none: 2, deny: 2 }

function addRules(
  written: Policy['filesystem'] = {},
  rules: ReadonlyArray<{ path: string; access: Access }>,
): Record<string, AccessInput> {
  const filesystem = { ...written }
  for (const { path, access } of rules) {
    const key = ruleKey(path)
    const former = filesystem[key]
    if (former === undefined || STRENGTH[access] > STRENGTH[former]) filesystem[key] = access
  }
  return filesystem
}

/** A relative path on the command line starts at the cwd of the command, also next to a policy file elsewhere. */
function ruleKey(path: string): string {
  const parsed = parseRulePath(path)
  const relative = (parsed.kind === 'path' || parsed.kind === 'glob') && parsed.anchor === 'base'
  return relative ? `:cwd/${path}` : path
}
