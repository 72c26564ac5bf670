import { constants } from 'node:os'
import { describe, expect, test } from 'vitest'
import { accessOf } from '../../../lib/policy/access.js'
import { covers, intersect, merge } from '../../../lib/policy/algebra.js'
import { PolicyError } from '../../../lib/policy/policy-error.js'
import { resolvePolicy } from '../../../lib/policy/resolve.js'
import type { Policy } from '../../../lib/policy/types.js'
import { HOME, makeWindowsSite, PROJECT, STATE, TEMPORARY, type WindowsSite, windowsTable } from './windows-support.js'

const UNPROTECTED = { 'protected-paths': 'off', 'nested-repositories': 'off' } as const

async function rulesOf(site: WindowsSite, filesystem: Policy['filesystem'] = {}): Promise<Record<string, string>> {
  return windowsTable(await resolvePolicy({ filesystem, protections: UNPROTECTED }, site.context))
}

async function errorOf(site: WindowsSite, policy: Policy, context = {}): Promise<unknown> {
  return resolvePolicy(policy, { ...site.context, ...context }).then(
    () => 'resolved',
    (error: unknown) => error,
  )
}

describe('presets', () => {
  test('read-only reads all drives and writes nothing', async () => {
    const resolved = await resolvePolicy('read-only', makeWindowsSite().context)
    expect(windowsTable(resolved)).toEqual({ '/': 'read', [STATE]: 'none' })
    expect(resolved).toMatchObject({ cwd: PROJECT, warnings: [], scan: { complete: true } })
  })

  test('workspace-write writes the workspace and TEMP; nothing stands for /tmp, and that is no warning', async () => {
    const resolved = await resolvePolicy('workspace-write', makeWindowsSite().context)
    const rules = windowsTable(resolved)
    expect(resolved.warnings).toEqual([])
    expect(Object.entries(rules).filter(([, access]) => access === 'write')).toEqual([
      [PROJECT, 'write'],
      [TEMPORARY, 'write'],
    ])
    for (const root of [PROJECT, TEMPORARY]) {
      for (const name of ['.git', '.codex', '.claude', '.agents', '.vscode', '.idea', '.mcp.json']) {
        expect(rules[`${root}\\${name}`]).toBe('read (missing)')
      }
    }
  })
})

describe('spelling', () => {
  const disks = {
    tree: { 'C:\\work\\Long Name\\Sub\\': '', 'C:\\work\\Long Name\\Sub\\x.txt': '' },
    shortNames: { 'C:\\work\\Long Name': 'LONGNA~1' },
    substituted: { 'S:\\': 'C:\\work', 'Z:\\': '\\\\server\\share\\home' },
  }
  test.each([
    'C:\\work\\Long Name\\Sub\\x.txt',
    'c:/WORK/long name/sub/X.TXT',
    'C:\\work\\LONGNA~1\\sub\\..\\Sub\\.\\x.txt',
    's:\\longna~1\\Sub\\x.txt',
    '..\\long name\\sub\\x.txt',
    ':cwd\\..\\Long Name/Sub\\x.txt',
  ])('%s is one file', async (text) => {
    expect(await rulesOf(makeWindowsSite(disks), { [text]: 'read' })).toEqual({
      'C:\\work\\Long Name\\Sub\\x.txt': 'read',
    })
  })

  test('two spellings are two rules for one path: none wins, and the user’s over the preset’s', async () => {
    const site = makeWindowsSite(disks)
    expect(
      await rulesOf(site, { ':root': 'read', 'C:\\work\\Long Name': 'read', 's:\\LONGNA~1': 'none' }),
    ).toMatchObject({
      'C:\\work\\Long Name': 'none',
    })
    const policy: Policy = { extends: 'workspace-write', filesystem: { 'c:\\WORK\\project': 'read' } }
    expect(windowsTable(await resolvePolicy(policy, site.context))[PROJECT]).toBeUndefined()
  })

  test('the working directory, the home directory and TEMP have the names of the disk', async () => {
    const tree = { 'C:\\Users\\u\\AppData\\Local\\Temp\\x\\': '', 'C:\\work\\Long Name\\': '' }
    const site = makeWindowsSite({ ...disks, tree, shortNames: { ...disks.shortNames, 'C:\\Users\\u': 'U0000~1' } })
    const context = {
      ...site.context,
      cwd: 's:\\LONGNA~1',
      homedir: 'c:\\users\\U',
      env: { TEMP: 'C:\\USERS\\U0000~1\\appdata\\local\\TEMP' },
    }
    const filesystem = { ':cwd': 'write', '~': 'read', ':tmpdir': 'write' } as const
    const resolved = await resolvePolicy({ filesystem, protections: UNPROTECTED }, context)
    expect(resolved.cwd).toBe('C:\\work\\Long Name')
    expect(windowsTable(resolved)).toEqual({
      'C:\\Users\\u': 'read',
      'C:\\work\\Long Name': 'write',
      [STATE]: 'none',
      [TEMPORARY]: 'write',
    })
  })

  test('a mapped drive is the share behind it', async () => {
    const site = makeWindowsSite({ substituted: disks.substituted, tree: { '\\\\server\\share\\home\\docs\\': '' } })
    expect(await rulesOf(site, { 'Z:\\docs': 'read', '//SERVER/share': 'none' })).toEqual({
      '\\\\server\\share\\home\\docs': 'read',
    })
  })

  test('what is missing stays as written, below what is there', async () => {
    const site = makeWindowsSite(disks)
    const rules = await rulesOf(site, { 's:\\LONGNA~1': 'write', 's:\\LONGNA~1\\New\\Deep': 'none' })
    expect(rules).toEqual({ 'C:\\work\\Long Name': 'write', 'C:\\work\\Long Name\\New': 'none (missing)' })
  })

  test('a drive that is missing is passed over, and cannot be opened', async () => {
    const site = makeWindowsSite()
    expect(await rulesOf(site, { ':root': 'write', 'Q:\\x': 'none' })).not.toHaveProperty('Q:\\')
    expect(await errorOf(site, { filesystem: { 'Q:\\x': 'write' } })).toMatchObject({
      code: 'SANDBOX_PATH_UNRESOLVABLE',
      errno: constants.errno.ENOENT,
      path: 'Q:\\x',
    })
  })
})

describe('special paths', () => {
  test(':root is all drives, and each drive has rules of its own', async () => {
    const rules = await rulesOf(makeWindowsSite(), { ':root': 'read', 'C:\\': 'none', 'C:\\work': 'read' })
    expect(rules).toEqual({ '/': 'read', 'C:\\': 'none', 'C:\\work': 'read' })
  })

  test(':slash_tmp of a user is warned of', async () => {
    const resolved = await resolvePolicy({ filesystem: { ':slash_tmp': 'write' } }, makeWindowsSite().context)
    expect(resolved).toMatchObject({
      rules: [],
      warnings: expect.arrayContaining([expect.stringContaining(':slash_tmp')]),
    })
  })

  test(':minimal is Windows and the installed programs', async () => {
    const site = makeWindowsSite()
    const env = {
      SYSTEMROOT: 'c:\\windows',
      ProgramFiles: 'C:\\Program Files',
      'ProgramFiles(x86)': 'x86',
      TMP: 'C:\\',
    }
    const resolved = await resolvePolicy({ filesystem: { ':minimal': 'read' } }, { ...site.context, env })
    expect(windowsTable(resolved)).toEqual({ 'C:\\Program Files': 'read', 'C:\\Windows': 'read' })
    expect(resolved.rules.every(({ origin }) => origin.kind === 'minimal')).toBe(true)
  })

  test.each([
    [{ TEMP: 'C:\\a', TMP: 'C:\\b' }, 'C:\\a'],
    [{ TEMP: '', TMP: 'C:\\b' }, 'C:\\b'],
    [{ temp: 'c:\\A\\' }, 'C:\\a'],
    [{}, 'neither TEMP nor TMP'],
    [{ TEMP: 'C:\\' }, 'TEMP='],
    [{ TEMP: 'c:\\users' }, 'TEMP='],
    [{ TEMP: HOME }, 'TEMP='],
    [{ TMP: 'tmp' }, 'TMP='],
    [{ TEMP: 'C:x' }, 'TEMP='],
    [{ TEMP: '\\\\.\\x\\y' }, 'TEMP='],
    [{ TEMP: 'C:\\a\\nul' }, 'TEMP='],
  ])(':tmpdir with %j', async (env, expected) => {
    const site = makeWindowsSite({ tree: { 'C:\\a\\': '', 'C:\\b\\': '' } })
    const policy = { filesystem: { ':tmpdir': 'write' }, protections: UNPROTECTED } as const
    const resolved = await resolvePolicy(policy, { ...site.context, env: env as Record<string, string> })
    const written = resolved.rules.map(({ path }) => path)
    if (expected.startsWith('C:')) expect(written).toEqual([expected])
    else expect([written, resolved.warnings[0]]).toEqual([[], expect.stringContaining(expected)])
  })

  test.each([
    { cwd: '\\\\?\\C:\\work' },
    { cwd: 'C:\\work\\nul' },
    { workspaceRoots: ['a:stream'] },
    { baseDirectory: 'C:\\work\\x:y' },
  ])('%j of the caller is no path', async (context) => {
    const error = await errorOf(makeWindowsSite(), {}, context)
    expect(error).toBeInstanceOf(PolicyError)
    expect((error as PolicyError).field).toContain(Object.keys(context)[0])
  })

  test('a path without a drive is a mistake of the policy, named with its rule', async () => {
    const error = await errorOf(makeWindowsSite(), { filesystem: { '/etc/x': 'none' } })
    expect(error).toBeInstanceOf(PolicyError)
    expect(error).toMatchObject({ field: 'filesystem["/etc/x"]', message: expect.stringContaining('no drive') })
  })
})

describe('links', () => {
  test('a rule through a link that the command cannot replace is one for its target', async () => {
    const tree = { 'D:\\data\\x\\': '', 'C:\\a@': 'b', 'C:\\b>': 'D:\\data' }
    expect(await rulesOf(makeWindowsSite({ tree }), { 'C:\\a\\x': 'read' })).toEqual({ 'D:\\data\\x': 'read' })
  })

  test.each([
    ['a junction', { [`${PROJECT}\\link>`]: 'D:\\data' }],
    ['a symbolic link', { [`${PROJECT}\\link@`]: '..\\..\\other' }],
    ['a link in what another one leads to', { 'C:\\out@': `${PROJECT}\\link`, [`${PROJECT}\\link>`]: 'D:\\data' }],
  ])('a rule through %s in a writable root is refused', async (_, links) => {
    const site = makeWindowsSite({ tree: { 'D:\\data\\': '', 'C:\\other\\': '', ...links } })
    const text = 'C:\\out@' in links ? 'C:\\out' : '.\\link'
    expect(await errorOf(site, { filesystem: { ':cwd': 'write', ':root': 'read', [text]: 'none' } })).toMatchObject({
      code: 'SANDBOX_PATH_UNRESOLVABLE',
      path: `${PROJECT}\\link`,
      hint: expect.stringContaining('name its target'),
    })
  })

  test('a link of a drive that leads to a share is not followed, and nobody asks the share', async () => {
    const tree = { 'C:\\link@': '\\\\evil\\share\\x', '\\\\evil\\share\\x\\': '' }
    const site = makeWindowsSite({ tree })
    site.files.asked.length = 0
    expect(await errorOf(site, { filesystem: { 'C:\\link\\y': 'read' } })).toMatchObject({
      errno: constants.errno.EXDEV,
      path: 'C:\\link',
    })
    expect(site.files.asked.filter((path) => path.includes('evil'))).toEqual([])
  })

  test('a relative link below a junction, which the system takes from where the junction is, is refused', async () => {
    const tree = { 'D:\\deep\\dir\\up@': '..\\x', 'D:\\deep\\x\\': '', 'C:\\j>': 'D:\\deep\\dir', 'C:\\x\\': '' }
    const site = makeWindowsSite({ tree })
    expect(await errorOf(site, { filesystem: { 'C:\\j\\up': 'read' } })).toMatchObject({
      errno: constants.errno.EINVAL,
      syscall: 'realpath',
      path: 'C:\\j\\up',
    })
    expect(await rulesOf(site, { 'D:\\deep\\dir\\up': 'read' })).toEqual({ 'D:\\deep\\x': 'read' })
  })

  test('a loop is ELOOP, a dangling link names itself', async () => {
    const site = makeWindowsSite({ tree: { 'C:\\a@': 'b', 'C:\\b@': 'a', 'C:\\gone@': 'nowhere' } })
    expect(await errorOf(site, { filesystem: { 'C:\\a': 'read' } })).toMatchObject({ errno: constants.errno.ELOOP })
    expect(await errorOf(site, { filesystem: { 'C:\\gone\\x': 'read' } })).toMatchObject({ path: 'C:\\gone' })
  })
})

describe('globs', () => {
  const tree = Object.fromEntries(
    ['.env', 'a\\.ENV', 'a\\b\\Key.PEM', 'a\\keep.txt', 'app\\[slug]\\page.ts', 'a\\b\\.git\\HEAD'].map((name) => [
      `${PROJECT}\\${name}`,
      '',
    ]),
  )
  test.each([
    ['**\\.env', ['.env', 'a\\.ENV']],
    ['**/.env', ['.env', 'a\\.ENV']],
    ['*.pem', ['a\\b\\Key.PEM']],
    ['.\\A\\*\\*.pem', ['a\\b\\Key.PEM']],
    ['C:\\work\\*\\a\\keep.*', ['a\\keep.txt']],
    [':cwd\\{a,b}\\b\\*', ['a\\b\\Key.PEM', 'a\\b\\.git']],
    ['app\\[slug]', ['app\\[slug]']],
  ])('%s', async (glob, matches) => {
    const rules = await rulesOf(makeWindowsSite({ tree }), { ':root': 'read', [glob]: 'none' })
    const denied = Object.keys(rules).filter((path) => rules[path] === 'none' && path !== STATE)
    expect(denied.sort()).toEqual(matches.map((name) => `${PROJECT}\\${name}`).sort())
  })

  test('junctions are not entered, and a match that is one only takes away', async () => {
    const links = {
      [`${PROJECT}\\j>`]: 'D:\\out',
      [`${PROJECT}\\x.env>`]: 'D:\\out\\secret',
      'D:\\out\\secret\\y.env': '',
    }
    const rules = await rulesOf(makeWindowsSite({ tree: links }), { ':root': 'read', '*.env': 'none' })
    expect(rules).toEqual({ '/': 'read', 'D:\\out\\secret': 'none', [STATE]: 'none' })
  })
})

test('access and the algebra go by what Windows takes for one path', async () => {
  const site = makeWindowsSite({ tree: { [`${PROJECT}\\docs\\`]: '' } })
  const resolve = (filesystem: Policy['filesystem']) =>
    resolvePolicy({ filesystem: filesystem ?? {}, protections: UNPROTECTED }, site.context)
  const base = await resolve({ ':root': 'read', ':cwd': 'write', docs: 'none' })
  expect(accessOf(base, 'c:/work/PROJECT/Docs/x')).toBe('none')
  expect(accessOf(base, 'C:\\work\\project\\docs\\..\\x')).toBe('write')
  expect(accessOf(base, 'D:\\')).toBe('read')
  expect(() => accessOf(base, 'C:x')).toThrow(TypeError)
  const recased = { ...base, rules: base.rules.map((rule) => ({ ...rule, path: rule.path.toUpperCase() })) }
  for (const combined of [merge(base, recased), intersect(base, recased)]) expect(combined.rules).toEqual(base.rules)
  expect([covers(base, recased), covers(recased, base)]).toEqual([true, true])
})
