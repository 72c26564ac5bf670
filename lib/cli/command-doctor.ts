/** `ringfence doctor`: tries out what is enforced on this machine. */
import { examine } from '../doctor/examine.js'
import type { Invocation } from './arguments.js'
import { doctorTable } from './doctor-table.js'
import { EXIT } from './exit-codes.js'
import { print } from './output.js'

/** @returns The exit code of ringfence. */
export async function doctor({ json }: Extract<Invocation, { command: 'doctor' }>): Promise<number> {
  const report = await examine()
  print(json ? `${JSON.stringify(report, null, 2)}\n` : doctorTable(report))
  return report.fenced ? EXIT.success : EXIT.notFenced
}
