import { describe, expect, it } from 'vitest'
import {
  bubblewrap,
  machine,
  planOf,
  policyOf,
  READ_ONLY,
  ROOT_MACHINE,
  refusalOf,
  rule,
  workspaceWrite,
} from './fixtures.js'

const REOPENED = [...READ_ONLY, rule('/w', 'write'), rule('/w/vault', 'none'), rule('/w/vault/open', 'write')]

function argsFor(
  ...[rules, facts, changes]: [typeof READ_ONLY, Parameters<typeof machine>[0]?, Parameters<typeof policyOf>[1]?]
) {
  return planOf('bubblewrap', policyOf(rules, changes), machine(facts)).bubblewrap?.args ?? []
}

const without = (...lacking: string[]) => ({ bubblewrap: bubblewrap('0.8.0', lacking) })

describe('arguments', () => {
  it('use only options that the installed bwrap lists', () => {
    const every = [...REOPENED, ...workspaceWrite(), rule('/w/sub/.x', 'read', { type: 'missing' })]
    const rules = [...new Map(every.map((each) => [each.path, each])).values()]
    for (const version of ['0.4.0', '0.8.0'] as const) {
      const { flags } = bubblewrap(version)
      const options = argsFor(rules, { bubblewrap: bubblewrap(version) }).filter((arg) => arg.startsWith('--'))
      expect(options.filter((option) => !flags.includes(option))).toEqual([])
    }
  })

  it('leave out --perms where bwrap has none, and change nothing else', () => {
    const args = argsFor(REOPENED)
    const at = args.indexOf('--perms')
    expect(args.slice(at, at + 4)).toEqual(['--perms', '1777', '--tmpfs', '/dev/shm'])
    const expected = args.filter((arg, index) => arg !== '--perms' && args[index - 1] !== '--perms')
    expect(argsFor(REOPENED, without('--perms'))).toEqual(expected)
  })

  it('leave out the cgroup namespace where bwrap has none, and the plan says so', () => {
    expect(argsFor(READ_ONLY, without('--unshare-cgroup-try'))).not.toContain('--unshare-cgroup-try')
    const plan = planOf('bubblewrap', policyOf(READ_ONLY), machine(without('--unshare-cgroup-try')))
    expect(plan.namespaces).toEqual(['user', 'mount', 'pid', 'ipc', 'uts', 'net'])
  })

  it('close masks after the last mount inside, deepest first, and the made /dev', () => {
    const args = argsFor([...REOPENED, rule('/w/vault/open/deep', 'none'), rule('/w/vault/open/deep/x', 'read')])
    const closed = ['/sys/devices/virtual/net', '/w/vault/open/deep', '/sys/class/net', '/w/vault', '/dev']
    expect(args.slice(-10)).toEqual(closed.flatMap((path) => ['--remount-ro', path]))
  })

  it('make the way through a mask so that it can be passed but not listed, once, and not inside of what is shown', () => {
    const rules = [
      ...READ_ONLY,
      rule('/a', 'none'),
      rule('/a/b/c/x', 'read'),
      rule('/a/b/y', 'read'),
      rule('/a/b/y/z/w', 'write'),
    ]
    const args = argsFor(rules)
    const made = args.flatMap((arg, index) => (arg === '--dir' ? [args.slice(index - 2, index + 2).join(' ')] : []))
    expect(made).toEqual(['--perms 0311 --dir /a/b', '--perms 0311 --dir /a/b/c'])
  })

  it('close an empty root last', () => {
    expect(argsFor([rule('/usr', 'read')]).slice(-4)).toEqual(['--remount-ro', '/dev', '--remount-ro', '/'])
  })

  it('keep the ids of real root, without capabilities', () => {
    const args = argsFor(READ_ONLY, ROOT_MACHINE)
    expect([args.includes('--unshare-user'), args.join(' ').includes('--cap-drop ALL')]).toEqual([false, true])
    expect(planOf('bubblewrap', policyOf(READ_ONLY), machine(ROOT_MACHINE)).idMap).toBe('none')
  })

  it('share the network only when it is unrestricted', () => {
    expect(argsFor(READ_ONLY)).toContain('--unshare-net')
    expect(argsFor(READ_ONLY, {}, { network: 'unrestricted' })).not.toContain('--unshare-net')
  })

  it("open a device for writing only, and the host's shared memory as any directory", () => {
    const args = argsFor([...READ_ONLY, rule('/dev/dri', 'write'), rule('/dev/kvm', 'read'), rule('/dev/shm', 'write')])
    const optionOf = (path: string) => args[args.lastIndexOf(path) - 2]
    expect(['/dev/dri', '/dev/kvm', '/dev/shm'].map(optionOf)).toEqual(['--dev-bind', '--ro-bind', '--bind'])
  })

  it('hide the lists of interfaces only where they are shown', () => {
    const netMasks = (rules: typeof READ_ONLY) => {
      const args = argsFor(rules)
      return args.filter((arg, index) => args[index - 1] === '--tmpfs' && arg.startsWith('/sys/'))
    }
    expect(netMasks(READ_ONLY)).toEqual(['/sys/class/net', '/sys/devices/virtual/net'])
    expect(netMasks([rule('/usr', 'read'), rule('/sys/class', 'read')])).toEqual(['/sys/class/net'])
  })
})

describe('refusals', () => {
  it.each([
    '--unshare-user',
    '--as-pid-1',
    '--seccomp',
    '--json-status-fd',
    '--die-with-parent',
    '--cap-drop',
    '--ro-bind',
  ])('name %s when it is missing', (option) => {
    expect(refusalOf('bubblewrap', policyOf(READ_ONLY), machine(without(option)))).toEqual([
      {
        rule: `bwrap ${option}`,
        reason: `/usr/bin/bwrap (0.8.0) has no ${option}; bwrap 0.4 or newer is needed`,
        enforcedBy: ['namespaces'],
      },
    ])
  })

  it('name a missing option only where the policy needs it', () => {
    expect(() => planOf('bubblewrap', policyOf(READ_ONLY), machine(without('--symlink', '--bind')))).not.toThrow()
  })

  it('say that there is no bwrap', () => {
    const { bubblewrap: _, ...facts } = machine()
    expect(refusalOf('bubblewrap', policyOf(READ_ONLY), facts).map(({ rule }) => rule)).toEqual(['backend bubblewrap'])
  })

  it('say that there are more rules than bwrap takes arguments', () => {
    const rules = Array.from({ length: 3_000 }, (_, index) => rule(`/w/${index}`, 'read'))
    const refused = refusalOf('bubblewrap', policyOf([...READ_ONLY, rule('/w', 'write'), ...rules]))
    expect(refused.map(({ enforcedBy }) => enforcedBy)).toEqual([['namespaces']])
    expect(() =>
      planOf('bubblewrap', policyOf([...READ_ONLY, rule('/w', 'write'), ...rules.slice(0, 500)])),
    ).not.toThrow()
  })
})
