import { expect, test } from 'vitest'
import { aclLines, rightsText } from '../../../lib/cli/acl-lines.js'
import type { AclReport } from '../../../lib/native/binding-types.js'
import { PROJECT, windowsPlanOf, windowsPolicy, windowsWorkspace } from '../plan/windows-fixtures.js'

const plan = windowsPlanOf(windowsPolicy(windowsWorkspace()))
const grant = plan.steps.findIndex(({ op, path }) => op === 'grant' && path === PROJECT)

function report(changes: Partial<AclReport>): AclReport {
  return {
    step: grant,
    path: PROJECT,
    sid: 'S-1-5-21-1-2-3-4',
    stamped: true,
    effective: true,
    rights: 0x1301bf,
    reason: '',
    wouldWrite: false,
    propagates: false,
    ...changes,
  }
}

test('rights are numbers with names', () => {
  expect(rightsText(0)).toBe('none')
  expect(rightsText(0x10001)).toBe('0x10001 (read, delete)')
  expect(rightsText(0x1301bf)).toMatch(/^0x1301bf \(read, write, append, .*, delete, read-control, synchronize\)$/)
  // A generic right is the highest bit: not a negative number.
  expect(rightsText(0x8000_0000 | 0)).toBe('0x80000000')
})

test('a root that needs nothing', () => {
  expect(aclLines(plan, [report({})])).toEqual([
    `grant ${PROJECT}, for S-1-5-21-1-2-3-4:`,
    expect.stringMatching(/^ {2}stamped; rights now: 0x1301bf \(read, .*\); nothing to change$/),
  ])
})

test('a root that was never used', () => {
  const unused = { sid: '', stamped: false, effective: false, rights: 0, wouldWrite: true, propagates: true }
  expect(aclLines(plan, [report({ ...unused, reason: 'no entry' })])).toEqual([
    `grant ${PROJECT}, for a SID that the first command makes:`,
    '  not stamped; rights now: none; no entry; the next command changes it, with everything below',
  ])
})

test('a step that a command would fail with', () => {
  const [, state] = aclLines(plan, [
    report({ stamped: false, effective: false, rights: 0, reason: 'windows.path.open' }),
  ])
  expect(state).toBe('  not stamped; rights now: none; windows.path.open')
})
