/** What the ACLs of a policy's paths say now, in lines for people. */
import type { AclReport } from '../native/binding-types.js'
import type { Plan } from '../plan/types.js'

/** Two lines for each report: where, and what is there. */
export function aclLines(plan: Plan, reports: readonly AclReport[]): string[] {
  const steps = plan.backend === 'restricted-token' ? plan.steps : []
  return reports.flatMap((report) => [
    `${steps[report.step]?.op ?? 'step'} ${report.path}, for ${report.sid || 'a SID that the first command makes'}:`,
    `  ${stateOf(report)}`,
  ])
}

function stateOf({ stamped, effective, rights, reason, wouldWrite, propagates }: AclReport): string {
  const parts = [stamped ? 'stamped' : effective ? 'inherited' : 'not stamped', `rights now: ${rightsText(rights)}`]
  if (reason !== '') parts.push(reason)
  if (wouldWrite) parts.push(`the next command changes it${propagates ? ', with everything below' : ''}`)
  else if (effective) parts.push('nothing to change')
  return parts.join('; ')
}

/** "File Access Rights Constants" and "Standard Access Rights" on learn.microsoft.com. */
const RIGHTS: ReadonlyArray<[bit: number, name: string]> = [
  [0x1, 'read'],
  [0x2, 'write'],
  [0x4, 'append'],
  [0x8, 'read-ea'],
  [0x10, 'write-ea'],
  [0x20, 'execute'],
  [0x40, 'delete-child'],
  [0x80, 'read-attributes'],
  [0x100, 'write-attributes'],
  [0x1_0000, 'delete'],
  [0x2_0000, 'read-control'],
  [0x4_0000, 'write-dac'],
  [0x8_0000, 'write-owner'],
  [0x10_0000, 'synchronize'],
]

/** `0x1301bf (read, write, ...)`. */
export function rightsText(mask: number): string {
  if (mask === 0) return 'none'
  // Unsigned: the highest bits are generic rights.
  const names = RIGHTS.filter(([bit]) => (mask & bit) !== 0).map(([, name]) => name)
  const number = `0x${(mask >>> 0).toString(16)}`
  return names.length > 0 ? `${number} (${names.join(', ')})` : number
}
