/**
 * Hosts of a network policy: `host`, `*.host`, `*`, each with an optional `:port`; IPv6 addresses in brackets.
 * `*.host` means what is below the host, not the host itself. No port: every port. Two patterns are nested or
 * have nothing in common, ports aside, which is what makes their intersection a pattern again.
 */
export interface HostPattern {
  /** Lower case; without the `*.`. Empty for `*`. */
  host: string
  wildcard: boolean
  port: number | undefined
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/
const IPV6 = /^\[[0-9a-f:.]{2,45}\]$/

/** `undefined` when the text is not a pattern: a URL, a bare IPv6 address, an empty name, a port out of range. */
export function parseHostPattern(text: string): HostPattern | undefined {
  const parts = /^(\*\.|\*(?=:|$))?(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text.toLowerCase())
  if (parts === null) return undefined
  const [, star, name = '', digits] = parts
  const port = digits === undefined ? undefined : Number(digits)
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined
  const host = name.replace(/\.$/, '')
  if (star === '*') return host === '' ? { host, wildcard: true, port } : undefined
  const valid = HOST_NAME.test(host) || (star === undefined && IPV6.test(host))
  return valid ? { host, wildcard: star !== undefined, port } : undefined
}

/** Whether everything that `inner` means is meant by `outer`. */
export function covers(outer: HostPattern, inner: HostPattern): boolean {
  return coversHost(outer, inner) && (outer.port === undefined || outer.port === inner.port)
}

/** The pattern for what both mean, if there is anything. */
export function intersection(left: HostPattern, right: HostPattern): HostPattern | undefined {
  if (left.port !== undefined && right.port !== undefined && left.port !== right.port) return undefined
  const port = left.port ?? right.port
  if (coversHost(left, right)) return { ...right, port }
  if (coversHost(right, left)) return { ...left, port }
  return undefined
}

export function formatHostPattern({ host, wildcard, port }: HostPattern): string {
  const name = wildcard ? (host === '' ? '*' : `*.${host}`) : host
  return port === undefined ? name : `${name}:${port}`
}

function coversHost(outer: HostPattern, inner: HostPattern): boolean {
  if (!outer.wildcard) return !inner.wildcard && outer.host === inner.host
  if (outer.host === '') return true
  return inner.host.endsWith(`.${outer.host}`) || (inner.wildcard && inner.host === outer.host)
}
