/** The network part of merge, intersect and covers. Lists count in mode `proxy` only. */
import { covers, formatHostPattern, type HostPattern, intersection, parseHostPattern } from './host-pattern.js'
import type { NetworkMode, ResolvedPolicy } from './types.js'

type Network = ResolvedPolicy['network']

const ORDER: Readonly<Record<NetworkMode, number>> = { none: 0, proxy: 1, unrestricted: 2 }

/**
 * What either lets through, as far as lists can say it: a refusal of one side stays, unless the other side
 * lets through all of what it refuses. So a merge never lets through what both refuse.
 */
export function mergeNetworks(left: Network, right: Network): Network {
  if (left.mode !== right.mode) return ORDER[left.mode] > ORDER[right.mode] ? left : right
  if (left.mode !== 'proxy') return left
  return {
    mode: 'proxy',
    allow: union(left.allow, right.allow),
    deny: union(remaining(left, right), remaining(right, left)),
  }
}

/** What both let through, exactly. */
export function intersectNetworks(left: Network, right: Network): Network {
  if (left.mode !== right.mode) return ORDER[left.mode] < ORDER[right.mode] ? left : right
  if (left.mode !== 'proxy') return left
  const allow: string[] = []
  for (const one of patterns(left.allow)) {
    for (const other of patterns(right.allow)) {
      const both = intersection(one, other)
      if (both !== undefined) allow.push(formatHostPattern(both))
    }
  }
  return { mode: 'proxy', allow: union(allow, []), deny: union(left.deny, right.deny) }
}

/** False when in doubt. */
export function coversNetwork(granted: Network, asked: Network): boolean {
  if (granted.mode !== asked.mode) return ORDER[granted.mode] > ORDER[asked.mode]
  if (granted.mode !== 'proxy') return true
  const refusedAnyway = patterns(asked.deny)
  return patterns(asked.allow).every(
    (pattern) => coveredBy(pattern, refusedAnyway) || letsThroughAll(granted, pattern, refusedAnyway),
  )
}

/** `except`: what does not have to be let through. */
function letsThroughAll({ allow, deny }: Network, pattern: HostPattern, except: HostPattern[]): boolean {
  return (
    coveredBy(pattern, patterns(allow)) &&
    patterns(deny).every((refused) => {
      const lost = intersection(refused, pattern)
      return lost === undefined || coveredBy(lost, except)
    })
  )
}

/** The refusals of `own` that hold against what `other` lets through. */
function remaining(own: Network, other: Network): string[] {
  return patterns(own.deny)
    .filter((refused) => !letsThroughAll(other, refused, []))
    .map(formatHostPattern)
}

function coveredBy(pattern: HostPattern, list: HostPattern[]): boolean {
  return list.some((candidate) => covers(candidate, pattern))
}

function patterns(list: readonly string[]): HostPattern[] {
  return list.map((text) => {
    const pattern = parseHostPattern(text)
    if (pattern === undefined) throw new TypeError(`network: ${JSON.stringify(text)} is not a host pattern`)
    return pattern
  })
}

function union(left: readonly string[], right: readonly string[]): string[] {
  return [...new Set([...left, ...right])].sort()
}
