import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import type { SpawnOptions } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { openWorkspace } from '../support/sandboxes.js'

describeBackends(['namespaces', 'bubblewrap', 'landlock'], (backend) => {
  test('cwd is the cwd of the sandbox, or relative to it', async () => {
    const { sandbox, work, outside } = await openWorkspace(backend)
    mkdirSync(join(work, 'sub'))
    symlinkSync('sub', join(work, 'link'))
    const pwd = async (cwd?: string | URL) => (await sandbox.exec('/bin/pwd', ['-P'], { cwd })).stdout.trimEnd()
    expect(await pwd()).toBe(work)
    expect(await pwd('sub')).toBe(join(work, 'sub'))
    expect(await pwd('./link')).toBe(join(work, 'sub'))
    expect(await pwd(outside)).toBe(outside)
    expect(await pwd(pathToFileURL(outside))).toBe(outside)
    expect(await pwd('/')).toBe('/')
  })

  test('the environment is what the policy takes of the host, or what the caller gives', async () => {
    const env = { PATH: '/usr/bin:/bin', HOME: '/h', LANG: 'C', API_TOKEN: 's3cret', OTHER: 'x' }
    const { sandbox } = await openWorkspace(backend, { environment: { set: { ADDED: '1' } } }, { env })
    const seen = async (options?: SpawnOptions) =>
      (await sandbox.exec('/usr/bin/env', [], options)).stdout.trimEnd().split('\n').sort()
    expect(await seen()).toEqual(['ADDED=1', 'HOME=/h', 'LANG=C', 'PATH=/usr/bin:/bin'])
    expect(await seen({ env: { ONLY: 'this', MISSING: undefined } })).toEqual(['ADDED=1', 'ONLY=this'])
  })

  test('what the policy excludes stays out, whoever gives it', async () => {
    const { sandbox } = await openWorkspace(backend, { environment: { exclude: ['*_token'] } })
    const { stdout } = await sandbox.exec('/usr/bin/env', [], { env: { API_TOKEN: 's3cret', PLAIN: '1' } })
    expect(stdout).toBe('PLAIN=1\n')
  })

  test('a name is looked up in the PATH of the command', async () => {
    const { sandbox, work } = await openWorkspace(backend)
    mkdirSync(join(work, 'bin'))
    await sandbox.exec('sh', ['-c', 'printf "#!/bin/sh\\necho mine\\n" > bin/tool; chmod 755 bin/tool'])
    expect(await sandbox.exec('tool', { env: { PATH: `/nowhere:${work}/bin` } })).toMatchObject({ stdout: 'mine\n' })
    expect(await sandbox.exec('./bin/tool')).toMatchObject({ stdout: 'mine\n' })
    await expect(sandbox.exec('tool')).rejects.toMatchObject({ code: 'SANDBOX_PROGRAM_NOT_FOUND' })
  })

  test('argv0 and odd arguments arrive as they are', async () => {
    const { sandbox } = await openWorkspace(backend)
    expect(await sandbox.exec('sh', ['-c', 'echo "$0"'], { argv0: 'another' })).toMatchObject({ stdout: 'another\n' })
    const args = ['', ' ', '$HOME', '*', 'a\nb', '--', '-n', 'ü', '"\'\\']
    const { stdout } = await sandbox.exec('sh', ['-c', 'printf "%s\\0" "$@"', 'sh', ...args])
    expect(stdout.split('\0').slice(0, -1)).toEqual(args)
  })

  test('shell() runs a script in bash', async () => {
    const { sandbox } = await openWorkspace(backend)
    const child = sandbox.shell('[[ -n $BASH_VERSION ]] && echo bash; exit 3', { cwd: '/' })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(3)
    expect(output).toBe('bash\n')
  })
})
