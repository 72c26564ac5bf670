import { constants } from 'node:os'
import { expect, test } from 'vitest'
import { hintFor } from '../../../lib/probe/hints.js'
import type { HostFacts } from '../../../lib/probe/host-facts.js'

const { EACCES, EAGAIN, EMFILE, ENOENT, ENOEXEC, ENOSPC, ENOSYS, EOPNOTSUPP, EPERM } = constants.errno

const cases: Array<[stage: string, errno: number, facts: Partial<HostFacts>, hint: RegExp]> = [
  ['linux.namespace.clone', ENOSPC, { zeroNamespaceLimits: ['user.max_user_namespaces'] }, /turned off by sysctl/],
  ['linux.namespace.clone', ENOSPC, { zeroNamespaceLimits: [] }, /limit on namespaces is reached/],
  ['linux.namespace.clone', EPERM, { unprivilegedUsernsClone: 0 }, /kernel\.unprivileged_userns_clone=1/],
  ['linux.namespace.clone', EPERM, { chrooted: true }, /chroot/],
  ['linux.namespace.clone', EPERM, { apparmorRestrictsUserns: 1 }, /apparmor_restrict_unprivileged_userns=0/],
  ['linux.namespace.clone', EPERM, { seccompFiltered: true }, /security-opt seccomp/],
  ['linux.namespace.clone', ENOSYS, { seccompFiltered: true }, /security-opt seccomp/],
  ['linux.namespace.clone', EPERM, {}, /administrator/],
  ['linux.namespace.clone', ENOSYS, {}, /no namespaces of some kind/],
  ['linux.namespace.uid-map', EACCES, { apparmorRestrictsUserns: 1 }, /AppArmor/],
  ['linux.namespace.uid-map', EPERM, {}, /Landlock sandbox/],
  ['linux.mount.attributes', EPERM, { apparmorRestrictsUserns: 1 }, /AppArmor/],
  ['linux.mount.attributes', EACCES, { apparmorRestrictsUserns: 1 }, /AppArmor/],
  ['linux.mount.attributes', ENOSYS, {}, /Linux 5\.12/],
  ['linux.mount.proc', EPERM, {}, /masked/],
  ['linux.mount.open', ENOENT, {}, /create the sandbox anew/],
  ['linux.landlock.create-ruleset', ENOSYS, {}, /Linux 5\.13/],
  ['linux.landlock.create-ruleset', EOPNOTSUPP, {}, /lsm=/],
  ['linux.bubblewrap.find', 0, {}, /install the package/],
  ['linux.bubblewrap.version', 0, {}, /0\.4/],
  ['linux.bubblewrap.namespaces', 0, { apparmorRestrictsUserns: 1 }, /AppArmor/],
  ['linux.bubblewrap.setup', 0, {}, /own message/],
  ['posix.exec', ENOEXEC, {}, /#!/],
  ['linux.launch.pipe', EMFILE, {}, /ulimit -n/],
  ['linux.launch.clone', EAGAIN, {}, /ulimit -u/],
]

test.each(cases)('%s, errno %i, %o', (stage, errno, facts, hint) => {
  expect(hintFor({ stage, errno }, facts)).toMatch(hint)
})

test('facts that are not known lead to the general hint', () => {
  expect(hintFor({ stage: 'linux.namespace.clone', errno: EPERM })).toMatch(/administrator/)
})

test('no hint where nothing is known to help', () => {
  expect(hintFor({ stage: 'posix.exec', errno: ENOENT })).toBeUndefined()
  expect(hintFor({ stage: 'posixx', errno: ENOENT })).toBeUndefined()
})
