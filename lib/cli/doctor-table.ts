/** The doctor's report for people. */
import type { BackendReport, CheckResult, CheckStatus, DoctorReport, MachineReport } from '../doctor/types.js'
import { oneLine } from './error-line.js'

const MARKS: Readonly<Record<CheckStatus, string>> = {
  passed: 'ok',
  failed: 'FAILED',
  refused: 'refused',
  'not-offered': 'no',
  inconclusive: 'UNCLEAR',
}

/** Without colours; ends with the verdict. */
export function doctorTable({ fenced, backend, machine, backends, hints }: DoctorReport): string {
  const verdict = fenced
    ? `fenced by ${backend}: every check passed`
    : `NOT fenced: ${backend === null ? 'no backend enforces the default policy here' : `checks of ${backend} did not pass`}`
  const lines = [
    ...machineLines(machine),
    ...backends.flatMap((report) => ['', ...backendLines(report)]),
    ...(hints.length === 0 ? [] : ['', ...hints.map((hint) => `hint: ${hint}`)]),
    '',
    verdict,
  ]
  return lines.map((line) => `${oneLine(line)}\n`).join('')
}

function machineLines(machine: MachineReport): string[] {
  const rows: Array<[string, string]> = [
    ['ringfence', machine.ringfence],
    ['node', machine.node],
    ...(machine.windows === undefined ? linuxRows(machine) : windowsRows(machine, machine.windows)),
    ['state', machine.stateDirectory ?? 'none'],
  ]
  return rows.map(([name, value]) => `${name.padEnd(10)} ${value}`)
}

function linuxRows({
  kernel,
  arch,
  uid,
  landlockAbi,
  bubblewrap,
  helperSource,
}: MachineReport): Array<[string, string]> {
  return [
    ['kernel', `${kernel} ${arch}`],
    ['user', String(uid)],
    ['Landlock', landlockAbi === null ? 'unknown' : landlockAbi === 0 ? 'none' : `ABI ${landlockAbi}`],
    ['bwrap', bubblewrap === null ? 'none that can be used' : `${bubblewrap.version} ${bubblewrap.executable}`],
    ['launcher', helperSource === null ? 'not loaded' : `from ${helperSource}`],
  ]
}

function windowsRows(
  { kernel, arch }: MachineReport,
  { build, elevated }: NonNullable<MachineReport['windows']>,
): Array<[string, string]> {
  return [
    ['Windows', `${kernel} ${arch}, build ${build}`],
    ['user', elevated ? 'an administrator, elevated' : 'without the rights of an administrator'],
  ]
}

function backendLines({ backend, available, reason, checks }: BackendReport): string[] {
  if (!available) return [`${backend}: cannot start here: ${reason}`]
  const width = Math.max(...checks.map(({ id }) => id.length))
  return [`${backend}:`, ...checks.flatMap((check) => checkLines(check, width))]
}

/** What passed needs no explanation; the rest does. */
function checkLines({ id, title, status, detail, control }: CheckResult, width: number): string[] {
  const head = `  ${MARKS[status].padEnd(8)} ${id.padEnd(width)}  ${title}`
  if (status === 'passed') return [head]
  const indent = ' '.repeat(11)
  return status === 'refused' || status === 'not-offered'
    ? [head, `${indent}${detail}`]
    : [head, `${indent}${detail} (control: ${control})`]
}
