/** A plan in lines for people: what each rule becomes, and what is in force. */

import { tokenLines } from './explain-token.js'
import { FS } from './landlock-abi.js'
import { originText, section } from './rule-text.js'
import type { LandlockPlan, LinuxPlan, MountStep, Plan, PlannedLimit, SeccompPlan, UnenforceableRule } from './types.js'

/** Without colours and line ends. The order is fixed; programs read the plan itself. */
export function explainPlan(plan: Plan): string[] {
  return [
    `backend: ${plan.backend}`,
    `cwd: ${plan.cwd}`,
    ...(plan.backend === 'restricted-token' ? tokenLines(plan) : linuxLines(plan)),
    ...section('limits', plan.limits.map(limitText)),
    ...section('protections', protectionTexts(plan)),
    ...section('notes', plan.notes),
  ]
}

function linuxLines(plan: LinuxPlan): string[] {
  return [
    `namespaces: ${plan.namespaces.length === 0 ? 'none' : plan.namespaces.join(', ')}${idText(plan.idMap)}`,
    ...section('files', plan.mounts.length > 0 ? plan.mounts.map(stepText) : grantText(plan.landlock)),
    `landlock: ${landlockText(plan.landlock)}`,
    `seccomp: ${seccompText(plan.seccomp)}`,
  ]
}

/** What a refusal says, one line for each rule. */
export function explainUnenforceable(rules: readonly UnenforceableRule[]): string[] {
  return rules.map(({ rule, reason, enforcedBy }) => {
    const others = enforcedBy.length === 0 ? '' : ` (${enforcedBy.join(' or ')} could)`
    return `${rule}: ${reason}${others}`
  })
}

function idText(idMap: LinuxPlan['idMap']): string {
  if (idMap === 'none') return ''
  return idMap === 'single' ? ' (own user and group id)' : ' (all ids as they are, no capabilities)'
}

function stepText(step: MountStep): string {
  switch (step.op) {
    case 'readonly-root':
      return '/: read-only'
    case 'writable-root':
      return '/: writable'
    case 'empty-root':
      return '/: empty, only what is listed exists'
    case 'bind':
      return `${step.path}: ${step.access === 'write' ? 'writable' : 'read-only'}, ${originText(step.origin)}`
    case 'pin':
      return `${step.path}: pinned (neither renamed nor removed), ${originText(step.origin)}`
    case 'stub':
      return `${step.path}: missing, held by an empty read-only directory, ${originText(step.origin)}`
    case 'mask':
      return `${step.path}: hidden${step.search ? ', what is listed below it is shown' : ''}, ${originText(step.origin)}`
    case 'symlink':
      return `${step.path}: symbolic link to ${step.target}`
    case 'proc':
      return `/proc: ${step.source === 'new' ? 'of the own processes' : "the host's, read-only"}`
    case 'dev':
      return '/dev: minimal, with own terminals and shared memory'
    case 'sys-net':
      return '/sys: network interfaces of the host hidden'
  }
}

/** Where nothing is mounted, the rules of Landlock are what the files look like. */
function grantText(landlock: LandlockPlan | null): string[] {
  return (landlock?.rules ?? []).map(
    ({ path, access }) => `${path}: ${(access & FS.WRITE_FILE) === 0 ? 'readable' : 'writable'}`,
  )
}

function landlockText(landlock: LandlockPlan | null): string {
  if (landlock === null) return 'not used'
  const parts = [`ABI ${landlock.abi}`, `${landlock.rules.length} rules`]
  if (landlock.handledNet !== 0) parts.push('TCP refused')
  if (landlock.scoped !== 0) parts.push('signals and abstract sockets scoped')
  return parts.join(', ')
}

const SOCKETS: Record<SeccompPlan['sockets'], string> = {
  none: 'no internet sockets',
  loopback: 'internet sockets inside the own network namespace',
  inet: 'internet sockets of the host',
}

function seccompText(seccomp: SeccompPlan): string {
  const unix = seccomp.unixSockets === 'own' ? 'unix sockets among own processes' : 'unix socket pairs only'
  const nested = seccomp.nested ? 'own namespaces and mounts allowed' : 'no namespaces, no mounts'
  return [SOCKETS[seccomp.sockets], unix, nested].join('; ')
}

function limitText({ kind, value, exact, by, note }: PlannedLimit): string {
  return `${kind}: ${value}, ${exact ? 'exact' : 'not exact'}, by ${by} (${note})`
}

function protectionTexts(plan: Plan): string[] {
  return Object.entries(plan.enforcement).map(([protection, { level, by, reason }]) => {
    return `${protection}: ${level}, by ${by}${reason === undefined ? '' : ` (${reason})`}`
  })
}
