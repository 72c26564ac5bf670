/** `ringfence doctor`: tries out what is enforced on this machine. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { examine } from '../doctor/examine.js'
import type { Invocation } from './arguments.js'
import { doctorTable } from './doctor-table.js'
import { EXIT } from './exit-codes.js'
import { print } from './output.js'

/** @returns The exit code of ringfence. */
export async function doctor({ json }: Extract<Invocation, { command: 'doctor' }>): Promise<number> {
  const report = await examine(scratchDirectory())
  print(json ? `${JSON.stringify(report, null, 2)}\n` : doctorTable(report))
  return report.fenced ? EXIT.success : EXIT.notFenced
}

/** Gone when this process is, however it ends but for SIGKILL. */
function scratchDirectory(): string {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(EXIT.signalBase + constants.signals[signal]))
  }
  const directory = mkdtempSync(join(realpathSync.native(tmpdir()), 'ringfence-doctor-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  return directory
}
