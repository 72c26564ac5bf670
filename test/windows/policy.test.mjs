// Policies resolved on the disks of this Windows: names as the disk has them, whatever way a policy writes them.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { planRestrictedToken } from '../../dist/plan/restricted-token.js'
import { loadPolicyFile } from '../../dist/policy/file.js'
import { resolvePolicy } from '../../dist/policy/resolve.js'

const LENIENT = { 'unix-sockets': 'best-effort', processes: 'best-effort' }
const UNPROTECTED = { 'protected-paths': 'off', 'nested-repositories': 'off' }

let top
let project
let context

before(() => {
  top = realpathSync.native(mkdtempSync(join(tmpdir(), 'ringfence-policy-')))
  project = join(top, 'Long Project Name')
  for (const name of ['Docs', 'a\\nested\\.git\\objects', 'a\\nested\\.git\\refs', 'a\\nested\\.git\\hooks']) {
    mkdirSync(join(project, name), { recursive: true })
  }
  for (const name of ['a\\nested\\.git\\HEAD', 'a\\nested\\.git\\config', 'a\\Secret.ENV', '.MCP.json']) {
    writeFileSync(join(project, name), '')
  }
  for (const name of ['state', 'temp', 'outside']) mkdirSync(join(top, name))
  const env = { ...process.env, TEMP: join(top, 'temp') }
  context = { cwd: project, env, homedir: homedir(), stateDirectory: join(top, 'state'), scan }
})
after(() => rmSync(top, { recursive: true, force: true }))

async function scan(roots) {
  const gitEntries = []
  const visit = (directory) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name)
      if (entry.name.toLowerCase() === '.git') gitEntries.push(path)
      else if (entry.isDirectory()) visit(path)
    }
  }
  roots.forEach(visit)
  return { gitEntries, directories: roots.length, complete: true, unreadable: [], unrepresentable: 0 }
}

function accessByPath({ rules }) {
  return Object.fromEntries(rules.map(({ path, access, type }) => [path, type === 'missing' ? 'missing' : access]))
}

async function rulesOf(filesystem) {
  return accessByPath(await resolvePolicy({ filesystem, protections: UNPROTECTED }, context))
}

/** What exists is spelled as the system itself spells it, and of what is missing the directory is there. */
function requireCanonical({ rules }) {
  for (const { path, type } of rules) {
    const existing = type === 'missing' ? dirname(path) : path
    if (path !== '/') assert.equal(realpathSync.native(existing), existing)
  }
}

test('preset read-only', async () => {
  const resolved = await resolvePolicy('read-only', context)
  assert.deepEqual(accessByPath(resolved), { '/': 'read', [join(top, 'state')]: 'none' })
  assert.deepEqual(resolved.warnings, [])
})

test('preset workspace-write, and its plan', async () => {
  const policy = { extends: 'workspace-write', network: { mode: 'unrestricted' }, protections: LENIENT }
  const resolved = await resolvePolicy(policy, context)
  requireCanonical(resolved)
  const rules = accessByPath(resolved)
  assert.equal(rules[project], 'write')
  assert.equal(rules[join(top, 'temp')], 'write')
  assert.equal(rules[join(project, '.git')], 'missing')
  assert.equal(rules[join(project, '.MCP.json')], 'read')
  assert.equal(rules[join(project, 'a\\nested\\.git\\hooks')], 'read')
  const facts = { build: 19045, volumesWithoutAcls: [], interactive: false, elevated: false, home: homedir() }
  const planned = planRestrictedToken(resolved, { ...facts, stateDirectory: join(top, 'state') })
  assert.ok(planned.ok, JSON.stringify(planned))
  assert.deepEqual(planned.plan.roots.map(({ path }) => path).sort(), [project, join(top, 'temp')].sort())
  assert.ok(planned.plan.steps.every(({ path }) => path.startsWith(`${top}\\`)))
})

test('slashes and case do not matter', async () => {
  const docs = join(project, 'Docs')
  for (const text of [
    docs,
    docs.toUpperCase(),
    docs.toLowerCase().replaceAll('\\', '/'),
    '.\\dOCS',
    ':cwd/x/../docs',
  ]) {
    assert.deepEqual(await rulesOf({ [text]: 'read' }), { [docs]: 'read' }, text)
  }
})

test('a home directory that the system keeps elsewhere is where it is', async () => {
  const resolved = await resolvePolicy({ filesystem: { '~': 'read', '~\\Documents': 'none' } }, context)
  requireCanonical(resolved)
  assert.ok(resolved.rules.some(({ path }) => path === realpathSync.native(homedir())))
})

test('globs match whatever the case and the slashes', async () => {
  for (const glob of ['**\\*.env', '*.Env', './A/secret.*']) {
    assert.deepEqual(await rulesOf({ ':root': 'read', [glob]: 'none' }), {
      '/': 'read',
      [join(project, 'a\\Secret.ENV')]: 'none',
      [join(top, 'state')]: 'none',
    })
  }
})

test('what is missing stays as written; a missing drive cannot be opened', async () => {
  const rules = await rulesOf({ ':cwd': 'write', 'DOCS\\New\\Deep': 'none' })
  assert.equal(rules[join(project, 'Docs\\New')], 'missing')
  await assert.rejects(rulesOf({ [`${freeDrive()}\\x`]: 'write' }), { code: 'SANDBOX_PATH_UNRESOLVABLE', errno: 2 })
})

test('a policy file: literal strings, and rules relative to the file', async () => {
  const file = join(top, 'outside', 'policy.toml')
  writeFileSync(file, `[filesystem]\n'${project}\\DOCS' = "read"\n".\\\\here" = "write"\n"../Outside" = "write"\n`)
  const { policy, baseDirectory } = await loadPolicyFile(file)
  assert.equal(baseDirectory, dirname(file))
  const resolved = await resolvePolicy({ ...policy, protections: UNPROTECTED }, { ...context, baseDirectory, file })
  assert.deepEqual(accessByPath(resolved), { [dirname(file)]: 'write', [join(project, 'Docs')]: 'read' })
})

test('texts that mean no one place are refused, with their rule', async () => {
  for (const text of ['C:x', '\\x', '\\\\.\\pipe\\x', '\\\\?\\C:\\x', 'docs\\nul.txt', 'docs.', 'docs:stream']) {
    await assert.rejects(rulesOf({ [text]: 'read' }), { name: 'PolicyError' }, text)
  }
})

test('short names', async (t) => {
  const short = shortNameOf(project)
  if (short === undefined || short.toLowerCase() === project.toLowerCase()) return t.skip('this volume has none')
  assert.deepEqual(await rulesOf({ [`${short}\\docs`]: 'read' }), { [join(project, 'Docs')]: 'read' })
})

test('a substituted drive is the directory behind it', async (t) => {
  const subst = join(process.env.SystemRoot, 'system32', 'subst.exe')
  const drive = freeDrive()
  spawnSync(subst, [drive, project])
  // Wine's own says that it has done it.
  if (!existsSync(`${drive}\\Docs`)) return t.skip('no drive can be substituted here')
  t.after(() => spawnSync(subst, [drive, '/D']))
  assert.deepEqual(await rulesOf({ [`${drive.toLowerCase()}\\DOCS`]: 'read' }), { [join(project, 'Docs')]: 'read' })
})

test('a junction outside of writable trees is its target; one that the command can replace is refused', async (t) => {
  try {
    symlinkSync(join(top, 'outside'), join(top, 'junction'), 'junction')
    symlinkSync(join(top, 'outside'), join(project, 'inside'), 'junction')
  } catch (error) {
    return t.skip(`no junction can be made here: ${error.code}`)
  }
  assert.deepEqual(await rulesOf({ '..\\Junction': 'read' }), { [join(top, 'outside')]: 'read' })
  const policy = { filesystem: { ':root': 'read', ':cwd': 'write', '.\\inside': 'none' } }
  await assert.rejects(resolvePolicy(policy, context), { path: join(project, 'inside') })
})

function freeDrive() {
  const letter = [...'QRSTUVWXY'].find((candidate) => !existsSync(`${candidate}:\\`))
  assert.ok(letter !== undefined)
  return `${letter}:`
}

/** By the shell, since Node has no call for it. */
function shortNameOf(path) {
  const { status, stdout } = spawnSync('cmd.exe', ['/d', '/c', `for %I in ("${path}") do @echo %~sI`], {
    encoding: 'utf8',
    windowsVerbatimArguments: true,
  })
  return status === 0 ? stdout.trim() : undefined
}
