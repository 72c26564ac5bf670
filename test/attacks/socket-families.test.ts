/**
 * Socket families that reach the machine past the network namespace or are known for bugs: AF_VSOCK (the hypervisor's
 * host), AF_ALG (CVE-2019-8912), AF_PACKET (CVE-2017-7308), AF_NETLINK other than route, AF_KEY, AF_XDP, AF_TIPC ...
 * Seen failing without: Socket() and SocketPair() in the filter.
 */
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { inside, onHost } from './support/probes.js'

const [STREAM, DATAGRAM, RAW, SEQPACKET, PACKET] = ['1', '2', '3', '5', '10'] as const

/** Family, type, protocol. */
const REFUSED: ReadonlyArray<[name: string, args: [string, string, string]]> = [
  ['AF_VSOCK', ['40', STREAM, '0']],
  ['AF_PACKET', ['17', RAW, '768']],
  ['AF_ALG', ['38', SEQPACKET, '0']],
  ['AF_KEY', ['15', RAW, '2']],
  ['AF_XDP', ['44', RAW, '0']],
  ['AF_BLUETOOTH', ['31', RAW, '1']],
  ['AF_CAN', ['29', RAW, '1']],
  ['AF_TIPC', ['30', STREAM, '0']],
  ['AF_RDS', ['21', SEQPACKET, '0']],
  ['AF_QIPCRTR', ['42', DATAGRAM, '0']],
  ['AF_SMC', ['43', STREAM, '0']],
  ['AF_INET SOCK_PACKET', ['2', PACKET, '0']],
  ['AF_INET raw', ['2', RAW, '1']],
  ['AF_INET6 raw', ['10', RAW, '58']],
  ['NETLINK_SOCK_DIAG', ['16', RAW, '4']],
  ['NETLINK_NFLOG', ['16', RAW, '5']],
  ['NETLINK_XFRM', ['16', RAW, '6']],
  ['NETLINK_AUDIT', ['16', RAW, '9']],
  ['NETLINK_NETFILTER', ['16', RAW, '12']],
  ['NETLINK_KOBJECT_UEVENT', ['16', RAW, '15']],
  ['NETLINK_GENERIC', ['16', RAW, '16']],
  ['NETLINK_CRYPTO', ['16', RAW, '21']],
]

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test.each(['none', 'unrestricted'] as const)('no such socket can be made, network %s', async (mode) => {
    const { sandbox } = await openWorkspace(backend, { network: { mode } })
    const onThisHost: string[] = []
    for (const [name, args] of REFUSED) {
      expect(await inside(sandbox, 'sockets', ['socket', ...args]), name).toBe('denied')
      if (onHost('sockets', ['socket', ...args]) === 'allowed') onThisHost.push(name)
    }
    // Control: kernels are built with some of them.
    expect(onThisHost).toEqual(expect.arrayContaining(['NETLINK_GENERIC', 'NETLINK_KOBJECT_UEVENT']))
  })

  test('what the network mode needs can be made', async () => {
    const { sandbox } = await openWorkspace(backend, { network: { mode: 'unrestricted' } })
    for (const args of [
      ['2', STREAM, '0'],
      ['10', DATAGRAM, '0'],
      ['16', RAW, '0'],
    ]) {
      expect(await inside(sandbox, 'sockets', ['socket', ...args])).toBe('allowed')
    }
  })
})
