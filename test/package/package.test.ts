/**
 * The published package: packed, installed elsewhere and used with nothing but its prebuilt binaries. It makes a clean
 * release build in the checkout, so it runs alone and only with RINGFENCE_TEST_PACKAGE=1.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pack } from './support/pack.js'
import { missingTools, runInWindowsNode } from './support/windows.js'

const enabled = process.env.RINGFENCE_TEST_PACKAGE === '1'
if (!enabled) console.warn('SKIPPED: test/package (set RINGFENCE_TEST_PACKAGE=1)')

/** Without them the package is packed and tested without its part for Windows. */
const missing = enabled ? missingTools() : []
if (missing.length > 0) console.warn(`SKIPPED: the package for Windows: not installed: ${missing.join(', ')}`)
const windows = missing.length === 0

const platform = `${process.platform}-${process.arch}`
const mayContain = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^dist\/[a-z/-]+(\.js|\.d\.ts)$/,
  /^dist\/policy\/policy\.schema\.json$/,
  new RegExp(`^prebuilds/${platform}/(ringfence\\.glibc\\.node|ringfence-helper)$`),
  /^prebuilds\/win32-x64\/ringfence\.node$/,
]
const mustContain = [
  'LICENSE',
  'README.md',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/cli/main.js',
  'dist/policy/policy.schema.json',
  `prebuilds/${platform}/ringfence.glibc.node`,
  `prebuilds/${platform}/ringfence-helper`,
  ...(windows ? ['prebuilds/win32-x64/ringfence.node'] : []),
]

const callApi = `
  const sandbox = await Sandbox.create({ policy: 'workspace-write', cwd: process.cwd() })
  const result = await sandbox.exec('sh', ['-c', 'echo out; echo yes > api-ok; echo no > /usr/ringfence-nope'])
  await sandbox.close()
  console.log(JSON.stringify({ exitCode: result.exitCode, stdout: String(result.stdout) }))
`

describe.skipIf(!enabled)('the packed package', () => {
  let temporary: string
  let project: string
  let tarball: string

  beforeAll(() => {
    temporary = mkdtempSync(join(tmpdir(), 'ringfence-package-'))
    project = join(temporary, 'project')
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }')
    tarball = pack(temporary, { windows })
    const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball]
    const { status, stdout, stderr } = spawnSync('npm', install, { cwd: project, encoding: 'utf8' })
    expect(status, stdout + stderr).toBe(0)
  }, 300_000)

  afterAll(() => rmSync(temporary, { recursive: true, force: true }))

  function run(file: string, args: string[], cwd = project) {
    return spawnSync(file, args, { cwd, encoding: 'utf8', env: { ...process.env, PREBUILDS_ONLY: '1' } })
  }

  function node(source: string, cwd = project) {
    return run(process.execPath, ['--input-type=module', '-e', source], cwd)
  }

  /** A second place with the installed package in it, to break. */
  function copyOfProject(name: string): string {
    const copy = join(temporary, name)
    cpSync(project, copy, { recursive: true })
    return copy
  }

  test('holds what it needs and nothing else, with its executable bits', () => {
    const listing = execFileSync('tar', ['-tvzf', tarball], { encoding: 'utf8' }).trim().split('\n')
    const modes = new Map(
      listing.map((line) => {
        const [mode = '', , , , , path = ''] = line.split(/\s+/)
        return [path.replace(/^package\//, ''), mode] as const
      }),
    )
    const files = [...modes.keys()]
    expect(files.filter((file) => !mayContain.some((allowed) => allowed.test(file)))).toEqual([])
    expect(files).toEqual(expect.arrayContaining(mustContain))
    expect(modes.get(`prebuilds/${platform}/ringfence-helper`)).toBe('-rwxr-xr-x')
    expect(modes.get('dist/cli/main.js')).toBe('-rwxr-xr-x')
  })

  test('has no install script, and npm invents none', () => {
    const { scripts = {}, gypfile } = JSON.parse(
      readFileSync(join(project, 'node_modules/ringfence/package.json'), 'utf8'),
    )
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([])
    expect(gypfile).toBe(false)
  })

  test('its command line runs a command in the fence', () => {
    const result = run('node_modules/.bin/ringfence', [
      'run',
      '--',
      'sh',
      '-c',
      'echo hi > cli-ok && { echo no > /usr/ringfence-nope; exit 7; }',
    ])
    expect(result.stderr).toMatch(/ringfence-nope: (Read-only file system|Permission denied)/)
    expect(readFileSync(join(project, 'cli-ok'), 'utf8')).toBe('hi\n')
    expect(result.status).not.toBe(0)
    expect(result.status).not.toBe(125)
  })

  test.each([
    ['import', `import { Sandbox } from 'ringfence'`],
    [
      'require',
      `import { createRequire } from 'node:module'
       const { Sandbox } = createRequire(process.cwd() + '/x.js')('ringfence')`,
    ],
  ])('its API by %s runs a command in the fence', (_, load) => {
    const result = node(load + callApi)
    expect(result.stderr).toBe('')
    expect(JSON.parse(result.stdout)).toEqual({ exitCode: 2, stdout: 'out\n' })
    expect(readFileSync(join(project, 'api-ok'), 'utf8')).toBe('yes\n')
  })

  test('loads no native code before the first use', () => {
    const copy = copyOfProject('without-prebuilds')
    rmSync(join(copy, 'node_modules/ringfence/prebuilds'), { recursive: true })
    const result = node(`import { Sandbox } from 'ringfence'; console.log(typeof Sandbox.create)`, copy)
    expect(result).toMatchObject({ stdout: 'function\n', stderr: '', status: 0 })
  })

  test('says what is missing: the addon', () => {
    const copy = copyOfProject('without-addon')
    rmSync(join(copy, `node_modules/ringfence/prebuilds/${platform}/ringfence.glibc.node`))
    expect(failureOfCreate(copy)).toMatchObject({ code: 'SANDBOX_HELPER_FAILED', stage: 'native.load' })
  })

  test('says what is missing: the helper', () => {
    const copy = copyOfProject('without-helper')
    const helper = join(copy, `node_modules/ringfence/prebuilds/${platform}/ringfence-helper`)
    rmSync(helper)
    expect(failureOfCreate(copy)).toMatchObject({
      code: 'SANDBOX_HELPER_FAILED',
      stage: 'linux.helper.open',
      errno: 2,
      path: helper,
    })
  })

  test('takes native code from beside an Electron archive', () => {
    const copy = copyOfProject('app.asar')
    const prebuilds = 'node_modules/ringfence/prebuilds'
    cpSync(join(copy, prebuilds), join(temporary, 'app.asar.unpacked', prebuilds), { recursive: true })
    rmSync(join(copy, prebuilds, platform, 'ringfence-helper'))
    expect(node(`import { Sandbox } from 'ringfence'${callApi}`, copy)).toMatchObject({ stderr: '', status: 0 })
  })

  test.skipIf(!windows)(
    'Windows loads it, also in a host program of another name',
    () => {
      const loaded = {
        addon: 'node_modules/ringfence/prebuilds/win32-x64/ringfence.node',
        build: expect.any(Number),
        create: 'function',
      }
      expect(runInWindowsNode(project, 'windows-hosts.mjs')).toEqual([
        { host: 'node.exe', ...loaded },
        { host: 'electron.exe', ...loaded },
      ])
    },
    180_000,
  )

  test('publint and attw find nothing', () => {
    const publint = spawnSync('npx', ['publint', '--strict', tarball], { encoding: 'utf8' })
    expect(publint.status, publint.stdout + publint.stderr).toBe(0)
    const attw = spawnSync('npx', ['attw', '--profile', 'esm-only', tarball], { encoding: 'utf8' })
    expect(attw.status, attw.stdout + attw.stderr).toBe(0)
  }, 60_000)

  function failureOfCreate(cwd: string) {
    const result = node(
      `import { Sandbox } from 'ringfence'
       try {
         await Sandbox.create({ policy: 'workspace-write', cwd: process.cwd(), backend: 'namespaces' })
         console.log('{}')
       } catch ({ code, stage, errno, path }) {
         console.log(JSON.stringify({ code, stage, errno, path }))
       }`,
      cwd,
    )
    return JSON.parse(result.stdout)
  }
})
