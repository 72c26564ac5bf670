import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { covers, formatHostPattern, intersection, parseHostPattern } from '../../../lib/policy/host-pattern.js'
import { coversNetwork, intersectNetworks, mergeNetworks } from '../../../lib/policy/network-algebra.js'
import type { ResolvedPolicy } from '../../../lib/policy/types.js'

type Network = ResolvedPolicy['network']

function pattern(text: string) {
  const parsed = parseHostPattern(text)
  if (parsed === undefined) throw new Error(`${text} is not a pattern`)
  return parsed
}

/** What the words of types.ts say of one host and port, without the code under test. */
function letsThrough({ mode, allow, deny }: Network, host: string, port: number): boolean {
  const matches = (text: string): boolean => {
    const [, name = '', digits] = /^(.*?)(?::(\d+))?$/.exec(text) ?? []
    if (digits !== undefined && Number(digits) !== port) return false
    return name === '*' || (name.startsWith('*.') ? host.endsWith(name.slice(1)) : name === host)
  }
  if (mode !== 'proxy') return mode === 'unrestricted'
  return allow.some(matches) && !deny.some(matches)
}

const HOSTS = ['x', 'a.x', 'b.x', 'c.a.x', 'y']
const PORTS = [80, 443]
const ASKS = HOSTS.flatMap((host) => PORTS.map((port) => [host, port] as const))

const host = fc.constantFrom(...HOSTS, '*', '*.x', '*.a.x')
const text = fc.tuple(host, fc.constantFrom('', ':80', ':443')).map((parts) => parts.join(''))
const list = fc.array(text, { maxLength: 3 })
const proxy = fc.record({ mode: fc.constant('proxy' as const), allow: list, deny: list })
const network: fc.Arbitrary<Network> = fc.oneof(
  proxy,
  fc.constantFrom<Network>({ mode: 'none', allow: [], deny: [] }, { mode: 'unrestricted', allow: [], deny: [] }),
)

test.each([
  ['API.Example.org', 'api.example.org'],
  ['*.example.org:443', '*.example.org:443'],
  ['*', '*'],
  ['*:80', '*:80'],
  ['[::1]:80', '[::1]:80'],
  ['example.org.', 'example.org'],
  ['127.0.0.1', '127.0.0.1'],
])('%s is the pattern %s', (written, formatted) => {
  expect(formatHostPattern(pattern(written))).toBe(formatted)
})

test.each([
  ['*.x', 'x', false],
  ['*.x', 'a.x', true],
  ['*.x', 'ax', false],
  ['*.x', '*.a.x', true],
  ['*.x', '*.x', true],
  ['*.a.x', '*.x', false],
  ['x', 'x:80', true],
  ['x:80', 'x', false],
  ['*', 'x:80', true],
  ['x', '*', false],
] as const)('%s covers %s: %s', (outer, inner, expected) => {
  expect(covers(pattern(outer), pattern(inner))).toBe(expected)
})

test('the intersection of two patterns is what both mean', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      const both = intersection(pattern(one), pattern(other))
      const allow = both === undefined ? [] : [formatHostPattern(both)]
      for (const [name, port] of ASKS) {
        const expected = [one, other].every((only) =>
          letsThrough({ mode: 'proxy', allow: [only], deny: [] }, name, port),
        )
        expect(letsThrough({ mode: 'proxy', allow, deny: [] }, name, port)).toBe(expected)
      }
    }),
  )
})

describe('networks, host by host', () => {
  test('intersect lets through what both do', () => {
    fc.assert(
      fc.property(network, network, (one, other) => {
        const both = intersectNetworks(one, other)
        for (const [name, port] of ASKS) {
          expect(letsThrough(both, name, port)).toBe(letsThrough(one, name, port) && letsThrough(other, name, port))
        }
      }),
    )
  })

  test('merge lets through nothing that both refuse', () => {
    fc.assert(
      fc.property(network, network, (one, other) => {
        const either = mergeNetworks(one, other)
        for (const [name, port] of ASKS) {
          if (letsThrough(either, name, port)) {
            expect(letsThrough(one, name, port) || letsThrough(other, name, port)).toBe(true)
          }
        }
      }),
    )
  })

  test('merge lets through all that either does, where there are no refusals', () => {
    const open = network.map((value) => ({ ...value, deny: [] }))
    fc.assert(
      fc.property(open, open, (one, other) => {
        const either = mergeNetworks(one, other)
        expect(coversNetwork(either, one) && coversNetwork(either, other)).toBe(true)
      }),
    )
  })

  test('a refusal stays unless the other side lets through all of it', () => {
    const base: Network = { mode: 'proxy', allow: ['*.x'], deny: ['a.x', 'b.x'] }
    const extra: Network = { mode: 'proxy', allow: ['a.x', 'b.x:443'], deny: [] }
    expect(mergeNetworks(base, extra)).toEqual({ mode: 'proxy', allow: ['*.x', 'a.x', 'b.x:443'], deny: ['b.x'] })
  })

  test('covers: never wrongly true, reflexive, transitive, above an intersection', () => {
    fc.assert(
      fc.property(network, network, network, (one, other, third) => {
        if (coversNetwork(one, other)) {
          for (const [name, port] of ASKS) {
            if (letsThrough(other, name, port)) expect(letsThrough(one, name, port)).toBe(true)
          }
          if (coversNetwork(other, third)) expect(coversNetwork(one, third)).toBe(true)
        }
        expect(coversNetwork(one, one)).toBe(true)
        const both = intersectNetworks(one, other)
        expect(coversNetwork(one, both) && coversNetwork(other, both)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test('texts that are no pattern are a mistake', () => {
    const bad: Network = { mode: 'proxy', allow: ['https://x'], deny: [] }
    expect(() => intersectNetworks(bad, bad)).toThrow(TypeError)
  })
})
