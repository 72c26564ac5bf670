// The command line in Windows' node.exe. Under Wine, whose tokens do not restrict, everything but running works, and
// running is refused.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { productPackage } from './support/packages.mjs'
import { underWine } from './support/wine.mjs'

const main = join(productPackage, 'dist/cli/main.js')
const WINDOWS_POLICY = ['--network', 'unrestricted', '--best-effort', 'unix-sockets', '--best-effort', 'processes']
const TOKEN_STAGE = /\bwindows\.token\.[a-z-]+\b/

let directory
let project
let state
let temporary

before(() => {
  directory = mkdtempSync(join(realpathSync.native(tmpdir()), 'ringfence-cli-'))
  project = join(directory, 'project')
  state = join(directory, 'state')
  // A writable root of the default policy, which the state directory must not lie in.
  temporary = join(directory, 'temporary')
  mkdirSync(temporary)
  mkdirSync(join(project, 'docs'), { recursive: true })
})
after(() => rmSync(directory, { recursive: true, force: true }))

function ringfence(args, { cwd = project, env = {} } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd,
    env: { ...process.env, RINGFENCE_STATE_DIR: state, TEMP: temporary, TMP: temporary, ...env },
    encoding: 'utf8',
    timeout: 60_000,
  })
  return { status, stdout, stderr }
}

/** One line, of ringfence. */
function assertOneLine(stderr) {
  assert.match(stderr, /^ringfence: [^\r\n]+\n$/)
}

describe('help and mistakes', () => {
  test('--help and --version', () => {
    const help = ringfence(['--help'])
    assert.deepEqual([help.status, help.stderr], [0, ''])
    assert.match(help.stdout, /ringfence run \[options\] -- COMMAND/)
    const { version } = JSON.parse(readFileSync(join(productPackage, 'package.json'), 'utf8'))
    assert.equal(ringfence(['--version']).stdout, `${version}\n`)
  })

  test('a mistake is one line and 125', () => {
    for (const args of [
      ['runn'],
      ['run'],
      ['run', '--best-effort', 'everything', '--', 'x'],
      ['explain', '--cpu', '0'],
    ]) {
      const { status, stdout, stderr } = ringfence(args)
      assert.deepEqual([status, stdout], [125, ''])
      assertOneLine(stderr)
    }
  })
})

describe('explain', () => {
  const rules = ['--read', 'docs', ...WINDOWS_POLICY]

  /** Under Wine nothing can be run, which it says in the end. */
  function assertExplained({ status, stderr }) {
    if (!underWine()) return assert.deepEqual([status, stderr], [0, ''])
    assert.equal(status, 125)
    assertOneLine(stderr)
    assert.match(stderr, TOKEN_STAGE)
  }

  test('shows the plan, what the ACLs say now, and what was tried', () => {
    const result = ringfence(['explain', ...rules])
    assertExplained(result)
    assert.match(result.stdout, /^backend: restricted-token$/m)
    const root = project.replaceAll('\\', '\\\\')
    assert.match(result.stdout, new RegExp(`^ {2}${root}: writable, `, 'm'))
    assert.match(result.stdout, new RegExp(`^ {2}${root}\\\\docs: read-only, `, 'm'))
    assert.match(result.stdout, new RegExp(`^ {2}grant ${root}, for (S-1-|a SID)`, 'm'))
    assert.match(result.stdout, /^ {2}restricted-token: (in use|cannot start here: .*windows\.token\.)/m)
  })

  test('--json has a report for each step and root', () => {
    const result = ringfence(['explain', '--json', ...rules])
    assertExplained(result)
    const { plan, acls, error } = JSON.parse(result.stdout)
    assert.equal(plan.backend, 'restricted-token')
    assert.ok(plan.steps.some(({ op, path }) => op === 'deny' && path === join(project, 'docs')))
    const expected = plan.steps.flatMap(({ op, root, roots }, step) =>
      (op === 'grant' ? [root] : roots).map(() => step),
    )
    assert.deepEqual(
      acls.map(({ step }) => step),
      expected,
    )
    for (const { path, wouldWrite, rights } of acls) {
      assert.equal(typeof path, 'string')
      assert.equal(typeof wouldWrite, 'boolean')
      assert.ok(Number.isInteger(rights) && rights >= 0)
    }
    if (underWine()) assert.match(error.stage, TOKEN_STAGE)
    else assert.equal(error, undefined)
  })

  test('names every rule of the default policy that a token cannot enforce', () => {
    const { status, stdout, stderr } = ringfence(['explain'])
    assert.equal(status, 125)
    assertOneLine(stderr)
    assert.match(stdout, /^restricted-token cannot enforce:$/m)
    for (const rule of ['network', 'unix-sockets', 'processes']) assert.ok(stdout.includes(rule), rule)
  })

  test('changes nothing', () => {
    ringfence(['explain', ...rules])
    assert.deepEqual(readdirSync(project), ['docs'])
  })
})

describe('run', () => {
  const program = ['-e', "require('fs').writeFileSync('ran', '')"]

  const refuses = () => {
    const json = join(directory, 'result.json')
    const { status, stdout, stderr } = ringfence([
      'run',
      '--json',
      json,
      ...WINDOWS_POLICY,
      '--',
      process.execPath,
      ...program,
    ])
    assert.deepEqual([status, stdout], [125, ''])
    assertOneLine(stderr)
    assert.match(stderr, TOKEN_STAGE)
    const { error } = JSON.parse(readFileSync(json, 'utf8'))
    assert.equal(error.code, 'SANDBOX_BACKEND_UNAVAILABLE')
    assert.match(error.stage, TOKEN_STAGE)
    assert.ok(!existsSync(join(project, 'ran')))
    // Control: the same command does run where nobody refuses it.
    assert.equal(spawnSync(process.execPath, program, { cwd: project }).status, 0)
    assert.ok(existsSync(join(project, 'ran')))
    rmSync(join(project, 'ran'))
  }

  const runsInTheFence = () => {
    const outside = join(directory, 'outside')
    const attempt = (file) => [
      'run',
      ...WINDOWS_POLICY,
      '--',
      process.execPath,
      '-e',
      `fs.writeFileSync(${JSON.stringify(file)}, '')`,
    ]
    assert.notEqual(ringfence(attempt(outside)).status, 0)
    assert.ok(!existsSync(outside))
    assert.equal(ringfence(attempt(join(project, 'inside'))).status, 0)
    assert.ok(existsSync(join(project, 'inside')))
  }

  // Nothing is skipped: each system has its own.
  if (underWine()) test('refuses with one line, stage and code', refuses)
  else test('runs in the fence', runsInTheFence)

  test('a result file cannot be where its directory is missing', () => {
    const file = join(directory, 'missing', 'result.json')
    const { status, stderr } = ringfence(['run', '--json', file, ...WINDOWS_POLICY, '--', process.execPath])
    assert.equal(status, 125)
    assertOneLine(stderr)
  })
})

describe('doctor', () => {
  test('says whether this machine is fenced, by exit code too', () => {
    const { status, stdout, stderr } = ringfence(['doctor'])
    assert.equal(stderr, '')
    assert.equal(status, underWine() ? 1 : 0, stdout)
    if (!underWine()) return assert.match(stdout, /^fenced by restricted-token: every check passed$/m)
    assert.match(stdout, /^restricted-token: cannot start here: .*windows\.token\.[a-z-]+/m)
    assert.match(stdout, /^NOT fenced: /m)
  })

  test('--json has the same for programs, and nothing is left', () => {
    const { status, stdout } = ringfence(['doctor', '--json'])
    const { fenced, backend, machine, backends } = JSON.parse(stdout)
    assert.equal(status, fenced ? 0 : 1)
    assert.equal(fenced, !underWine())
    assert.equal(backend, fenced ? 'restricted-token' : null)
    assert.ok(machine.windows.build >= 10240)
    assert.deepEqual(
      backends.map(({ backend: name }) => name),
      ['restricted-token'],
    )
    const [{ available, reason, checks, passed }] = backends
    assert.deepEqual([available, passed], [fenced, fenced])
    if (!fenced) assert.match(reason, TOKEN_STAGE)
    assert.equal(checks.length > 0, fenced)
    assert.deepEqual(readdirSync(temporary), [])
  })
})

describe('the state directory', () => {
  const explainWith = (RINGFENCE_STATE_DIR) =>
    ringfence(['explain', ...WINDOWS_POLICY], { env: { RINGFENCE_STATE_DIR } })

  function assertRefused({ status, stderr }) {
    assert.equal(status, 125)
    assertOneLine(stderr)
    assert.match(stderr, /\(?stage state\.directory|state directory cannot be used/)
  }

  test('is made, in the local data of the user when nothing is said', () => {
    const local = join(directory, 'local')
    mkdirSync(local)
    ringfence(['explain', ...WINDOWS_POLICY], { env: { RINGFENCE_STATE_DIR: '', LOCALAPPDATA: local } })
    assert.ok(existsSync(join(local, 'ringfence')))
  })

  test('is no file, no share, and not relative', () => {
    const file = join(directory, 'file')
    writeFileSync(file, '')
    for (const place of [file, '\\\\localhost\\share\\state', 'state', '\\state']) assertRefused(explainWith(place))
    // Control: a directory of the same parent is taken.
    assert.doesNotMatch(explainWith(join(directory, 'other-state')).stderr, /state/)
  })

  test('is not where commands can write', () => {
    assertRefused(explainWith(join(project, 'state')))
    rmSync(join(project, 'state'), { recursive: true })
  })
})
