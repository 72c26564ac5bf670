import { hostVariable } from './environment.js'
import { isAbsolute, type PathSystem, resolveFrom } from './paths.js'
import type { AbsolutePath } from './types.js'

/**
 * `:minimal`: what a dynamically linked program needs to start, to look up users and hosts, to use TLS and
 * the local time. Data, no personal files: of /etc only what libc and TLS libraries open by themselves.
 * What is missing on a machine is left out. The kernel's file systems (/dev, /proc) are the plan's to add.
 */
const POSIX_PATHS: readonly string[] = [
  // Programs, libraries and their data. /bin and the like are links into /usr on most systems.
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  // The same on NixOS.
  '/nix/store',
  '/run/current-system/sw',

  // The dynamic loader.
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/ld.so.preload',
  // Debian's and Fedora's links from generic to actual programs.
  '/etc/alternatives',

  // Names of users and groups (getpwuid) and of hosts (getaddrinfo).
  '/etc/nsswitch.conf',
  '/etc/passwd',
  '/etc/group',
  '/etc/hosts',
  '/etc/host.conf',
  '/etc/gai.conf',
  '/etc/resolv.conf',
  '/etc/protocols',
  '/etc/services',

  // Certificates that TLS libraries trust; not the private keys beside them.
  '/etc/ssl/certs',
  '/etc/ssl/cert.pem',
  '/etc/ssl/openssl.cnf',
  '/etc/pki/tls/certs',
  '/etc/pki/tls/cert.pem',
  '/etc/pki/tls/openssl.cnf',
  '/etc/pki/ca-trust',
  '/etc/ca-certificates',
  '/etc/ca-certificates.conf',

  // Time zone and locale.
  '/etc/localtime',
  '/etc/timezone',
  '/etc/locale.alias',
  // What `uname`-like programs report.
  '/etc/os-release',
]

/** The same on Windows: the system and installed programs. Values of other forms are passed over. */
const WINDOWS_VARIABLES: readonly string[] = ['SystemRoot', 'ProgramFiles', 'ProgramFiles(x86)', 'ProgramW6432']

export function minimalPaths(
  system: PathSystem,
  env: Readonly<Record<string, string | undefined>>,
): readonly AbsolutePath[] {
  if (system === 'posix') return POSIX_PATHS
  const values = WINDOWS_VARIABLES.map((name) => hostVariable(system, env, name) ?? '')
  return values.filter((value) => isAbsolute(system, value)).map((value) => resolveFrom(system, '/', value))
}
