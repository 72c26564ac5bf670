/** Each rung of the ladder, shown to work by taking the one above away: for real, in a process of its own. */
import { spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { BackendProbe } from '../../lib/index.js'

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))
const MAIN = [process.execPath, fixture('ladder-main.mjs')]
const { EPERM, ENOSYS, ENOSPC } = constants.errno

interface Outcome {
  backends: BackendProbe[]
  chosen: { backend?: string; exitCode?: number; code?: string; hint?: string; errors?: number }
}

function climb(command: string[], env: NodeJS.ProcessEnv = process.env): Outcome {
  const [file = '', ...args] = command
  const { stdout, stderr, status } = spawnSync(file, args, { encoding: 'utf8', env })
  if (status !== 0) throw new Error(`${command.join(' ')}: ${status}: ${stderr}`)
  return JSON.parse(stdout) as Outcome
}

/** Under a seccomp filter that answers system calls with an errno. */
function refusing(...rules: string[]): string[] {
  return ['python3', fixture('refuse-syscalls.py'), ...rules, '--', ...MAIN]
}

/** As root of a user namespace with mounts of its own. */
function inNamespaces(script: string): string[] {
  return ['unshare', '-U', '-r', '-m', '-p', '-f', 'sh', '-ec', `${script}; exec "$@"`, 'sh', ...MAIN]
}

function named(outcome: Outcome, backend: string): BackendProbe {
  const found = outcome.backends.find((candidate) => candidate.backend === backend)
  if (found === undefined) throw new Error(`${backend} was not tried`)
  return found
}

/** 42: the command ran, and could not write. */
function expectFirstAvailable(outcome: Outcome): void {
  const first = outcome.backends.find(({ available }) => available)?.backend
  expect(outcome.chosen).toEqual({ backend: first, exitCode: 42 })
}

test('with everything there, namespaces is taken', () => {
  const outcome = climb(MAIN)
  expect(outcome.backends.map(({ backend, available }) => [backend, available])).toEqual([
    ['namespaces', true],
    ['bubblewrap', true],
    ['landlock', true],
  ])
  expect(outcome.chosen).toEqual({ backend: 'namespaces', exitCode: 42 })
})

test('an old mount API: bubblewrap, which does without', () => {
  const outcome = climb(refusing(`mount_setattr=${ENOSYS}`))
  const { available, stage, errno, syscall, hint } = named(outcome, 'namespaces')
  expect({ available, stage, errno, syscall }).toEqual({
    available: false,
    stage: 'linux.mount.attributes',
    errno: ENOSYS,
    syscall: 'mount_setattr',
  })
  expect(hint).toContain('Linux 5.12')
  expect(outcome.chosen).toEqual({ backend: 'bubblewrap', exitCode: 42 })
})

// glibc makes no threads where clone3() answers anything but ENOSYS, so filters answer that.
test.each([
  ['EPERM', EPERM],
  ['ENOSYS', ENOSYS],
])('user namespaces refused by a seccomp filter, as in Docker: %s', (_, errno) => {
  const outcome = climb(refusing(`clone3=${ENOSYS}`, `newuser=${errno}`))
  const namespaces = named(outcome, 'namespaces')
  expect(namespaces).toMatchObject({ available: false, stage: 'linux.namespace.clone', errno })
  expect(namespaces.hint).toContain('seccomp')
  // bwrap of root needs no user namespace.
  if (process.geteuid?.() !== 0) expect(named(outcome, 'bubblewrap')).toMatchObject({ available: false })
  expectFirstAvailable(outcome)
})

test('user namespaces turned off by sysctl', () => {
  const outcome = climb(inNamespaces('echo 0 > /proc/sys/user/max_user_namespaces'))
  const namespaces = named(outcome, 'namespaces')
  expect(namespaces).toMatchObject({ available: false, stage: 'linux.namespace.clone', errno: ENOSPC })
  expect(namespaces.hint).toContain('user.max_user_namespaces')
  expectFirstAvailable(outcome)
})

test('network namespaces turned off by sysctl: landlock, which makes none', () => {
  const outcome = climb(inNamespaces('echo 0 > /proc/sys/user/max_net_namespaces'))
  expect(named(outcome, 'namespaces')).toMatchObject({ available: false, errno: ENOSPC })
  expect(named(outcome, 'bubblewrap')).toMatchObject({ available: false, stage: 'linux.bubblewrap.namespaces' })
  expect(outcome.chosen).toEqual({ backend: 'landlock', exitCode: 42 })
})

test('a masked /proc: the same backend, with the /proc of the host', () => {
  const outcome = climb(inNamespaces('mount -t proc proc /proc; mount -t tmpfs none /proc/sys'))
  expect(named(outcome, 'namespaces')).toMatchObject({ available: true, details: { mountsProc: false } })
  expect(outcome.chosen).toEqual({ backend: 'namespaces', exitCode: 42 })
})

test('a chroot', () => {
  const root = 'mount -t tmpfs none /mnt; mkdir /mnt/root; mount --rbind / /mnt/root'
  const outcome = climb(inNamespaces(`${root}; set -- /usr/sbin/chroot /mnt/root "$@"`))
  const namespaces = named(outcome, 'namespaces')
  expect(namespaces).toMatchObject({ available: false, stage: 'linux.namespace.clone', errno: EPERM })
  expect(namespaces.hint).toContain('chroot')
  expectFirstAvailable(outcome)
})

test('no Landlock: namespaces goes without its second layer, landlock says why it cannot', () => {
  const outcome = climb(refusing(`landlock_create_ruleset=${ENOSYS}`))
  expect(named(outcome, 'namespaces')).toMatchObject({ available: true, details: { landlockAbi: 0 } })
  const landlock = named(outcome, 'landlock')
  expect(landlock).toMatchObject({ available: false, stage: 'linux.landlock.create-ruleset', errno: ENOSYS })
  expect(landlock.hint).toContain('5.13')
  expect(outcome.chosen).toEqual({ backend: 'namespaces', exitCode: 42 })
})

test('no bwrap: it is passed over', () => {
  const outcome = climb(MAIN, { ...process.env, PATH: '/nonexistent' })
  expect(named(outcome, 'bubblewrap')).toMatchObject({ available: false, stage: 'linux.bubblewrap.find' })
  expect(outcome.chosen).toEqual({ backend: 'namespaces', exitCode: 42 })
})

test('nothing left: an error with the reason of each, and nothing runs', () => {
  const rules = [`clone3=${ENOSYS}`, `newuser=${EPERM}`, `landlock_create_ruleset=${ENOSYS}`]
  const [file = '', ...args] = refusing(...rules)
  const outcome = climb(['/usr/bin/env', file, ...args.slice(0, -2), '/usr/bin/env', 'PATH=/nonexistent', ...MAIN])
  expect(outcome.backends.map(({ available }) => available)).toEqual([false, false, false])
  expect(outcome.chosen).toMatchObject({ code: 'SANDBOX_BACKEND_UNAVAILABLE', errors: 3 })
  expect(outcome.chosen.hint).toContain('seccomp')
})
