import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Whether this Windows is Wine's: only there lies its own loader among the system's programs. */
export function underWine() {
  return existsSync(join(process.env.SystemRoot ?? 'C:\\windows', 'system32', 'winecfg.exe'))
}
