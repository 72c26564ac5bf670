import { describe, expect, test } from 'vitest'
import { resolvePolicy } from '../../../lib/policy/resolve.js'
import type { Policy } from '../../../lib/policy/types.js'
import { HOME, makeWindowsSite, PROJECT, STATE, type WindowsSite, windowsTable } from './windows-support.js'
import type { WindowsTree } from './windows-tree.js'

const WRITABLE: Policy['filesystem'] = { ':root': 'read', ':cwd': 'write' }

async function rulesOf(site: WindowsSite, filesystem: Policy['filesystem'] = {}, context = {}) {
  const resolved = await resolvePolicy({ filesystem: { ...WRITABLE, ...filesystem } }, { ...site.context, ...context })
  return { rules: windowsTable(resolved), warnings: resolved.warnings }
}

/** A git directory, with what git goes by. */
function gitDirectory(path: string, config = ''): WindowsTree {
  return {
    [`${path}\\HEAD`]: 'ref: refs/heads/main\n',
    [`${path}\\objects\\`]: '',
    [`${path}\\refs\\`]: '',
    [`${path}\\hooks\\`]: '',
    [`${path}\\config`]: config,
  }
}

describe('protected names', () => {
  test('hold whatever the case of the name on the disk', async () => {
    const tree = { [`${PROJECT}\\.GIT\\`]: '', [`${PROJECT}\\.Mcp.json`]: '{}', [`${PROJECT}\\.BASHRC`]: '' }
    const { rules } = await rulesOf(makeWindowsSite({ tree }))
    expect(rules).toMatchObject({
      [`${PROJECT}\\.GIT`]: 'read',
      [`${PROJECT}\\.Mcp.json`]: 'read',
      [`${PROJECT}\\.BASHRC`]: 'read',
      [`${PROJECT}\\.codex`]: 'read (missing)',
    })
    expect(Object.keys(rules).filter((path) => /\.git$/i.test(path))).toHaveLength(1)
  })

  test('give way to a rule of the user for the same path in another spelling', async () => {
    const tree = { [`${PROJECT}\\.claude\\`]: '' }
    const { rules } = await rulesOf(makeWindowsSite({ tree }), { 'c:/WORK/project/.CLAUDE': 'write' })
    expect(rules).not.toHaveProperty(`${PROJECT}\\.claude`)
  })

  test('one that is a junction: the target is protected, and the link is warned of', async () => {
    const tree = { [`${PROJECT}\\.claude>`]: `${PROJECT}\\shared`, [`${PROJECT}\\shared\\`]: '' }
    const { rules, warnings } = await rulesOf(makeWindowsSite({ tree }))
    expect(rules[`${PROJECT}\\shared`]).toBe('read')
    expect(warnings).toContainEqual(expect.stringContaining(`${PROJECT}\\.claude is a symbolic link`))
  })

  test('what PowerShell and the session start by themselves, below a writable Documents', async () => {
    const documents = `${HOME}\\Documents`
    const tree = { [`${documents}\\WindowsPowerShell\\profile.ps1`]: '' }
    const { rules } = await rulesOf(makeWindowsSite({ tree }), { '~\\Documents': 'write' })
    expect(rules).toMatchObject({
      [`${documents}\\WindowsPowerShell`]: 'read',
      [`${documents}\\PowerShell`]: 'read (missing)',
    })
  })

  test('ringfence’s own state stays closed in a writable tree, by any spelling', async () => {
    const { rules, warnings } = await rulesOf(makeWindowsSite(), {
      '~\\AppData': 'write',
      'C:\\USERS\\U\\APPDATA\\LOCAL\\RINGFENCE': 'write',
    })
    expect(rules[STATE]).toBe('none')
    expect(warnings).toContainEqual(expect.stringContaining("ringfence's own state"))
  })
})

describe('git', () => {
  test('nested repositories keep hooks and config, whatever the case of their names', async () => {
    const tree = { ...gitDirectory(`${PROJECT}\\a\\.git`), ...gitDirectory(`${PROJECT}\\b\\.Git`) }
    const { rules } = await rulesOf(makeWindowsSite({ tree }))
    expect(rules).toMatchObject({
      [`${PROJECT}\\a\\.git\\hooks`]: 'read',
      [`${PROJECT}\\a\\.git\\config`]: 'read',
      [`${PROJECT}\\b\\.Git\\hooks`]: 'read',
    })
  })

  test('the repository around a root, and what a config says with slashes, backslashes, home and dots', async () => {
    const config = [
      '[core]',
      '  hooksPath = "tools/hooks. "',
      '[include]',
      '  path = C:/work/project/shared.config',
      '  path = "C:\\\\work\\\\PROJECT\\\\back.config"',
      '  path = ~/home.config',
      '  path = //evil/share/x',
      '  path = //./pipe/x',
      '  path = nul',
    ].join('\n')
    const tree = {
      ...gitDirectory('C:\\work\\.git', config),
      [`${PROJECT}\\shared.config`]: '',
      'C:\\work\\tools\\': '',
      '\\\\evil\\share\\x': '',
    }
    const site = makeWindowsSite({ tree })
    site.files.asked.length = 0
    const { rules } = await rulesOf(site, { 'C:\\work\\tools': 'write', '~': 'write' })
    expect(rules).toMatchObject({
      'C:\\work\\tools\\hooks': 'read (missing)',
      [`${PROJECT}\\shared.config`]: 'read',
      [`${PROJECT}\\back.config`]: 'read (missing)',
      [`${HOME}\\home.config`]: 'read (missing)',
    })
    expect(site.files.asked.filter((path) => /evil|pipe|nul$/i.test(path))).toEqual([])
  })

  const WORKTREE: WindowsTree = {
    ...gitDirectory('C:\\main\\.git'),
    'C:\\main\\.git\\worktrees\\w\\commondir': '../..\n',
    'C:\\main\\.git\\worktrees\\w\\HEAD': '',
    'C:\\main\\.git\\worktrees\\w\\gitdir': 'c:/WORK/project/.git\n',
    [`${PROJECT}\\.git`]: 'gitdir: C:/main/.git/worktrees/w\n',
  }

  test('a worktree: its file is read-only, and so is what it points to where that could be written', async () => {
    const { rules } = await rulesOf(makeWindowsSite({ tree: WORKTREE }), { 'C:\\main': 'write' })
    expect(rules).toMatchObject({ [`${PROJECT}\\.git`]: 'read', 'C:\\main\\.git': 'read' })
  })

  test('a worktree that is opened opens what it points to, when that points back, in any spelling', async () => {
    const { rules, warnings } = await rulesOf(makeWindowsSite({ tree: WORKTREE }), { '.git': 'write' })
    expect(warnings).toEqual([])
    expect(rules).toMatchObject({
      'C:\\main\\.git': 'write',
      'C:\\main\\.git\\hooks': 'read',
      'C:\\main\\.git\\config': 'read',
      'C:\\main\\.git\\worktrees\\w\\commondir': 'read',
    })
    const forged = { ...WORKTREE, 'C:\\main\\.git\\worktrees\\w\\gitdir': 'C:/other/.git\n' }
    const refused = await rulesOf(makeWindowsSite({ tree: forged }), { '.git': 'write' })
    expect(refused.rules).not.toHaveProperty('C:\\main\\.git')
    expect(refused.warnings).toContainEqual(expect.stringContaining('does not point back'))
  })

  test('a nested file that points to a share is held, and nobody asks the share', async () => {
    const tree = {
      [`${PROJECT}\\sub\\.git`]: 'gitdir: //evil/share/.git\n',
      ...gitDirectory('\\\\evil\\share\\.git'),
    }
    const site = makeWindowsSite({ tree })
    site.files.asked.length = 0
    const { rules } = await rulesOf(site)
    expect(rules[`${PROJECT}\\sub\\.git`]).toBe('read')
    expect(site.files.asked.filter((path) => path.includes('evil'))).toEqual([])
  })

  test('a git directory that the user opens keeps its parts', async () => {
    const tree = gitDirectory(`${PROJECT}\\.git`, '[core]\n\thooksPath = C:\\\\work\\\\project\\\\h\n')
    const { rules } = await rulesOf(makeWindowsSite({ tree }), { 'c:\\work\\project\\.Git': 'write' })
    expect(rules).toMatchObject({
      [`${PROJECT}\\.git\\hooks`]: 'read',
      [`${PROJECT}\\.git\\config`]: 'read',
      [`${PROJECT}\\h`]: 'read (missing)',
    })
    expect(rules).not.toHaveProperty(`${PROJECT}\\.git`)
  })
})
