/** Real directory trees, and a scan of them that has the shape of the native one. */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ResolveContext, ResolveScan } from '../../../lib/policy/resolve.js'
import type { ResolvedPolicy } from '../../../lib/policy/types.js'

/** Not below /tmp, which presets open. */
const BASE = '/var/tmp'

/** `x/` a directory, `x` a file with the value as content, `x@` a symbolic link to the value. */
export type Tree = Record<string, string>

export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(BASE, 'ringfence-policy-')))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export function grow(directory: string, tree: Tree): void {
  for (const [name, value] of Object.entries(tree)) {
    const path = join(directory, name.replace(/[@/]$/, ''))
    mkdirSync(dirname(path), { recursive: true })
    if (name.endsWith('/')) mkdirSync(path, { recursive: true })
    else if (name.endsWith('@')) symlinkSync(value, path)
    else writeFileSync(path, value)
  }
}

/** A workspace `ws`, a home, a state directory and a temporary directory, side by side. */
export interface Site {
  top: string
  ws: string
  home: string
  state: string
  context: ResolveContext
}

export function makeSite(tree: Tree = {}): Site {
  const top = temporaryDirectory()
  const [ws, home, state, tmp] = ['ws', 'home', 'state', 'tmp'].map((name) => join(top, name)) as [
    string,
    string,
    string,
    string,
  ]
  for (const directory of [ws, home, state, tmp]) mkdirSync(directory)
  grow(top, tree)
  const context = { cwd: ws, env: { TMPDIR: tmp }, homedir: home, stateDirectory: state, scan: scanBelow(top) }
  return { top, ws, home, state, context }
}

/** Walks the roots that lie below `top`; the machine's own /tmp is none of the test's business. */
function scanBelow(top: string): ResolveScan {
  return async (roots, { maxDirectories }) => {
    const gitEntries: string[] = []
    const queue = roots.filter((root) => root.startsWith(top))
    let directories = 0
    for (let next = queue.pop(); next !== undefined && directories < maxDirectories; next = queue.pop()) {
      directories++
      for (const name of readdirSync(next)) {
        const path = join(next, name)
        if (name === '.git') gitEntries.push(path)
        else if (lstatSync(path).isDirectory()) queue.push(path)
      }
    }
    return { gitEntries, directories, complete: queue.length === 0, unreadable: [], unrepresentable: 0 }
  }
}

/** The rules as `{path: access}`, with `(missing)` where it is, relative to a directory where below it. */
export function table(policy: ResolvedPolicy, top: string): Record<string, string> {
  return Object.fromEntries(
    policy.rules.map(({ path, access, type }) => [
      path.startsWith(`${top}/`) ? path.slice(top.length + 1) : path,
      type === 'missing' ? `${access} (missing)` : access,
    ]),
  )
}
