/** The lines of a plan that only the backend restricted-token has. */
import { originText, section } from './rule-text.js'
import type { AclStep, RestrictedTokenPlan } from './types.js'

export function tokenLines(plan: RestrictedTokenPlan): string[] {
  const { roots, steps, everyone, privateDesktop } = plan
  return [
    `token: writes only where ${writers(roots.length, everyone)} may, no privileges but SeChangeNotify`,
    `desktop: ${privateDesktop ? 'of its own' : 'that of this process'}`,
    ...section('files', ['everything can be read, nothing written but:', ...inReadingOrder(steps).map(stepText)]),
  ]
}

function writers(roots: number, everyone: boolean): string {
  const capabilities = roots === 0 ? 'a SID that no ACL names' : `${roots} capability ${roots === 1 ? 'SID' : 'SIDs'}`
  return everyone ? `${capabilities} or everyone` : capabilities
}

/** What is opened first, then what is closed in it. */
function inReadingOrder(steps: readonly AclStep[]): AclStep[] {
  const of = (op: AclStep['op']) => steps.filter((step) => step.op === op)
  return [...of('grant'), ...of('deny'), ...of('pin')]
}

function stepText(step: AclStep): string {
  const origin = originText(step.origin)
  switch (step.op) {
    case 'grant':
      return `${step.path}: writable, ${origin}`
    case 'deny':
      return step.type === 'missing'
        ? `${step.path}: missing, held by an empty read-only directory, ${origin}`
        : `${step.path}: read-only, ${origin}`
    case 'pin':
      return `${step.path}: pinned (neither renamed nor removed), ${origin}`
  }
}
