// Real sandboxes around directories that each test makes. They lie in the user's profile: what lies directly on a drive
// may be writable by everyone who has logged on.
// RINGFENCE_TEST_PRETEND=1 takes the addon whose Windows pretends to restrict: a dry run, in which every denial fails.
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { importFrom, pretendPackage, productPackage } from './packages.mjs'

const { Sandbox } = await importFrom(process.env.RINGFENCE_TEST_PRETEND === '1' ? pretendPackage : productPackage)
const fixtures = resolve(import.meta.dirname, '../real/fixtures')

/** What a token can enforce. `files`: further rules of the file system. */
function tokenPolicy({ files = {}, protections = {} } = {}) {
  return {
    extends: 'workspace-write',
    filesystem: files,
    network: { mode: 'unrestricted' },
    protections: { 'unix-sockets': 'best-effort', processes: 'best-effort', ...protections },
  }
}

/**
 * Calls `body(places)` and removes them. `work` is for the workspace and `temp` for temporary files; `added` and `outside`
 * are beside them. `programs` holds copies of fixtures/, where a token without administrators may read.
 */
export async function withPlaces(body) {
  const base = realpathSync.native(mkdtempSync(join(homedir(), 'ringfence-real-')))
  const places = { base }
  for (const name of ['work', 'temp', 'added', 'outside']) {
    places[name] = join(base, name)
    mkdirSync(places[name])
    writeFileSync(join(places[name], 'file'), name)
  }
  places.programs = join(base, 'programs')
  cpSync(fixtures, places.programs, { recursive: true })
  try {
    return await body(places)
  } finally {
    rmSync(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

/** A sandbox of `work`, with the policy of tokenPolicy(`rules`). */
export function openSandbox({ work, temp }, rules = {}) {
  return Sandbox.create({ policy: tokenPolicy(rules), cwd: work, env: { ...process.env, TEMP: temp, TMP: temp } })
}

/** Calls `body({ ...places, sandbox })` and closes the sandbox. */
export async function withSandbox(places, rules, body) {
  const sandbox = await openSandbox(places, rules)
  try {
    return await body({ ...places, sandbox })
  } finally {
    await sandbox.close()
  }
}

/** All of the above. `prepare(places)` comes first, and may return more rules. */
export function withFence({ prepare, ...rules }, body) {
  return withPlaces((places) => withSandbox(places, { ...rules, ...prepare?.(places) }, body))
}

/** A line for whoever reads the run: of the summary on GitHub, and of the log. */
export function record(text) {
  console.log(`recorded: ${text}`)
  const summary = process.env.GITHUB_STEP_SUMMARY
  if (summary !== undefined) appendFileSync(summary, `- ${process.arch}: ${text}\n`)
}

/** What the file holds; undefined: there is none. */
export function contentOf(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
