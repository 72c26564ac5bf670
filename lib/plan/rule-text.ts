/** Rules and access in words, the same in errors, notes and `explain`. */
import type { Access, ResolvedRule, RuleOrigin } from '../policy/types.js'

const VERBS: Record<Access, string> = { read: 'read', write: 'write', none: 'deny' }

/** A title with its lines below it; nothing when there are none. */
export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)]
}

/** `deny /home/u/.ssh (from "~/.ssh")`. */
export function ruleText(rule: Pick<ResolvedRule, 'access' | 'path' | 'origin'>): string {
  return `${VERBS[rule.access]} ${rule.path} (${originText(rule.origin)})`
}

/** `from "~/.ssh" in policy.toml`, `built-in protection ".git"`. */
export function originText(origin: RuleOrigin): string {
  switch (origin.kind) {
    case 'user':
    case 'glob':
      return `from "${origin.rule}"${origin.file === undefined ? '' : ` in ${origin.file}`}`
    case 'preset':
      return `preset, "${origin.rule}"`
    case 'minimal':
      return 'from ":minimal"'
    case 'protected':
      return `built-in protection "${origin.rule}"`
    case 'repository':
      return `nested repository, "${origin.rule}"`
    case 'internal':
      return `ringfence itself, "${origin.rule}"`
  }
}
