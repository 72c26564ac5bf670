/** A described Windows machine with a workspace `C:\work\project`, to resolve policies on. */
import type { ResolveContext } from '../../../lib/policy/resolve.js'
import type { ResolvedPolicy } from '../../../lib/policy/types.js'
import { DescribedWindows, type WindowsDisks } from './windows-tree.js'

export const HOME = 'C:\\Users\\u'
export const PROJECT = 'C:\\work\\project'
export const TEMPORARY = `${HOME}\\AppData\\Local\\Temp`
export const STATE = `${HOME}\\AppData\\Local\\ringfence`

export interface WindowsSite {
  files: DescribedWindows
  context: ResolveContext
}

export function makeWindowsSite({ tree, ...others }: Partial<WindowsDisks> = {}): WindowsSite {
  const usual = [PROJECT, TEMPORARY, STATE, 'C:\\Windows', 'C:\\Program Files'].map((path) => [`${path}\\`, ''])
  const files = new DescribedWindows({ tree: { ...Object.fromEntries(usual), ...tree }, ...others })
  const context: ResolveContext = {
    cwd: PROJECT,
    env: { SystemRoot: 'C:\\Windows', ProgramFiles: 'C:\\Program Files', Temp: TEMPORARY },
    homedir: HOME,
    stateDirectory: STATE,
    files,
    scan: async (roots) => ({
      gitEntries: roots.flatMap((root) => files.gitEntriesBelow(root)),
      directories: roots.length,
      complete: true,
      unreadable: [],
      unrepresentable: 0,
    }),
  }
  return { files, context }
}

/** The rules as `{path: access}`, with `(missing)` where it is. */
export function windowsTable(policy: ResolvedPolicy): Record<string, string> {
  return Object.fromEntries(
    policy.rules.map(({ path, access, type }) => [path, type === 'missing' ? `${access} (missing)` : access]),
  )
}
