/**
 * Privileges to start with or to gain: capabilities in every set, setuid and setgid programs, file capabilities
 * (capabilities(7), PR_SET_NO_NEW_PRIVS).
 * Seen failing without: DropCapabilities(), PR_SET_NO_NEW_PRIVS together with nosuid.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'
import { fixture } from './support/probes.js'

const isRoot = process.geteuid?.() === 0

function fieldOf(status: string, name: string): string | undefined {
  return new RegExp(`^${name}:\\s*(\\S+)$`, 'm').exec(status)?.[1]
}

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('a command has no capability in any set, and cannot gain one', async () => {
    const { sandbox } = await openWorkspace(backend)
    const { stdout } = await sandbox.exec('cat', ['/proc/self/status'])
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'])
      expect(fieldOf(stdout, set), set).toBe('0000000000000000')
    expect(fieldOf(stdout, 'NoNewPrivs')).toBe('1')
    expect(fieldOf(stdout, 'Seccomp')).toBe('2')
    // Without CAP_SETPCAP the bounding set cannot be emptied, which no_new_privs makes up for: bwrap has dropped it by then.
    if (backend === 'namespaces' || (backend === 'landlock' && isRoot))
      expect(fieldOf(stdout, 'CapBnd')).toBe('0000000000000000')
    const host = spawnSync('cat', ['/proc/self/status']).stdout.toString()
    expect(fieldOf(host, 'CapBnd')).not.toBe('0000000000000000')
    expect(fieldOf(host, 'NoNewPrivs')).toBe('0')
  })

  test('a setuid and setgid program runs as who starts it', async (context) => {
    if (!isRoot) context.skip('only root can make a setuid program of another user; ping and su are tried below')
    const { sandbox, outside } = await openWorkspace(backend)
    const program = join(outside, 'identity')
    copyFileSync(fixture('identity'), program)
    chownSync(program, 1, 1)
    chmodSync(program, 0o6755)
    expect(spawnSync(program).stdout.toString()).toBe('0 1 0 1\n')
    expect(await sandbox.exec(program)).toMatchObject({ stdout: '0 0 0 0\n', exitCode: 40 })
  })

  test("the system's setuid programs gain nothing", async (context) => {
    if (isRoot) context.skip('root has nothing to gain')
    const { sandbox } = await openWorkspace(backend)
    const effective = (pid: string) => `${pid} & sleep 0.1; grep Uid /proc/$!/status; kill $!`
    // su asks for a password and waits: time to look at it.
    const script = effective('(sleep 5) | su -c true root')
    const host = execFileSync('sh', ['-c', `${script} 2>/dev/null`], { stdio: ['ignore', 'pipe', 'ignore'] }).toString()
    expect(host).toMatch(/^Uid:\s+\d+\s+0\s/)
    const result = await sandbox.exec('sh', ['-c', `${script} 2>/dev/null`])
    expect(result.stdout).not.toMatch(/^Uid:\s+\d+\s+0\s/)
  })
})

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('every file system is mounted nosuid, and nodev but for the devices themselves', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    const { stdout } = await sandbox.exec('cat', ['/proc/self/mountinfo'])
    const mounts = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
    expect(mounts.find((fields) => fields[4] === work)).toBeDefined()
    const lacking = (option: string) =>
      mounts.filter((fields) => !fields[5]?.split(',').includes(option)).map((fields) => fields[4])
    expect(lacking('nosuid').filter((path) => backend !== 'bubblewrap' || !path?.startsWith('/dev/'))).toEqual([])
    expect(lacking('nodev').filter((path) => !path?.startsWith('/dev'))).toEqual([])
  })
})
