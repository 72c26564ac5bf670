/**
 * What a rule means under /proc and /dev, which every mounted view makes anew: binding the host's
 * there would show host processes and devices through the fence.
 */

import { contains } from '../policy/paths.js'
import type { AbsolutePath, ResolvedRule } from '../policy/types.js'

/** Device nodes of the minimal /dev, present where the host has them. */
export const DEVICE_NODES: readonly AbsolutePath[] = ['null', 'zero', 'full', 'random', 'urandom', 'tty'].map(
  (name) => `/dev/${name}`,
)

/** Own instances inside the minimal /dev. */
const DEVICE_DIRECTORIES: readonly AbsolutePath[] = ['/dev/pts', '/dev/shm']

/** Directories in which a kernel lists the host's network interfaces. */
export const NETWORK_DIRECTORIES: readonly AbsolutePath[] = ['/sys/class/net', '/sys/devices/virtual/net']

export type PseudoVerdict =
  /** The made file system does what the rule asks for; `note` where it does so in its own way. */
  | { kind: 'satisfied'; note?: string }
  | { kind: 'mask'; type: 'directory' | 'file' }
  /** An ordinary bind of the host's path over the made file system. */
  | { kind: 'bind' }
  | { kind: 'refuse'; reason: string }

/** For a rule at or below /proc that no other rule above it hides. */
export function underProc(rule: ResolvedRule, source: 'new' | 'host'): PseudoVerdict {
  if (rule.access === 'none') {
    const ofHostProcess = /^\/proc\/[0-9]+(\/|$)/.test(rule.path) && source === 'new'
    if (ofHostProcess || rule.type === 'missing') return { kind: 'satisfied' }
    return { kind: 'mask', type: rule.type }
  }
  if (rule.access === 'read') return { kind: 'satisfied' }
  const note =
    source === 'new'
      ? `${rule.path}: /proc is made new; the command can write files of its own processes only`
      : `${rule.path}: the host's /proc is kept read-only, a new one cannot be mounted here`
  return { kind: 'satisfied', note }
}

/** For a rule at or below /dev that no bind or mask above it covers. */
export function underDev(rule: ResolvedRule): PseudoVerdict {
  const { path, access, type } = rule
  const isNode = DEVICE_NODES.includes(path)
  const isTerminal = path === '/dev/ptmx' || contains('/dev/pts', path)
  if (access === 'none') {
    if (path === '/dev' || DEVICE_DIRECTORIES.includes(path)) return { kind: 'mask', type: 'directory' }
    if (isNode) return { kind: 'mask', type: 'file' }
    if (isTerminal) return { kind: 'refuse', reason: 'terminals of the made /dev are hidden as a whole: deny /dev/pts' }
    return { kind: 'satisfied' }
  }
  if (path === '/dev') {
    if (access === 'read') return { kind: 'satisfied' }
    return { kind: 'satisfied', note: '/dev: a minimal /dev is made; name each further device that is needed' }
  }
  if (isNode || isTerminal) return { kind: 'satisfied' }
  if (type === 'missing') return { kind: 'satisfied', note: `${path}: missing, so it is not there` }
  return { kind: 'bind' }
}
