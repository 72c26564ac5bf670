/** The README's matrix of backends, made from the table that planning uses. */
import { BACKEND_TABLE, type BackendProtection, backendMatrix } from '../../../lib/plan/backends.js'
import { BACKENDS } from '../../../lib/plan/types.js'

const LEVELS: Record<BackendProtection['level'], string> = { full: 'yes', partial: 'in part', none: 'no' }

/** A markdown table without a line end after the last row. */
export function backendMatrixMarkdown(): string {
  const rows = backendMatrix().map((row) => [`\`${row.protection}\``, ...BACKENDS.map((backend) => cell(row[backend]))])
  const needs = ['needs', ...BACKENDS.map((backend) => BACKEND_TABLE[backend].needs)]
  const head = ['protection', ...BACKENDS.map((backend) => `\`${backend}\``)]
  return [head, head.map(() => '---'), ...rows, needs].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function cell({ level, by, limit }: BackendProtection): string {
  const how = level === 'none' ? '' : `: ${by}`
  return `${LEVELS[level]}${how}${limit === undefined ? '' : ` (${limit})`}`
}
