/**
 * The places outside of a git directory's own `hooks` and `config` that its configuration has git obey: hooks
 * directories (core.hooksPath) and included files. All conditions of includeIf are taken as met, and values that
 * a later one overrides count too: which of them holds can change from one branch or directory to the next.
 */
import type { PathResolver } from './canonical-path.js'
import { type GitConfigEntry, parseGitConfig } from './git-config.js'
import { readSmallFile } from './git-directory.js'
import { pathInFile } from './path-in-file.js'
import { join, keyOf, nameOf, parentOf } from './paths.js'
import type { AbsolutePath } from './types.js'

export interface GitRepository {
  gitDirectory: AbsolutePath
  /** Where git runs hooks; the git directory itself when there is no work tree. */
  workTree: AbsolutePath
}

export interface ConfiguredPaths {
  /** Absolute, not canonical, possibly missing. */
  paths: string[]
  warnings: string[]
}

const MAX_BYTES = 256 * 1024

/** git's own limit; beyond it git refuses the configuration. */
const MAX_DEPTH = 10

interface Reading extends ConfiguredPaths {
  resolver: PathResolver
  home: AbsolutePath | undefined
  /** Files by keyOf(). */
  seen: Set<string>
  hooksPaths: string[]
  workTrees: Set<string>
}

export async function configuredPaths(
  { gitDirectory, workTree }: GitRepository,
  resolver: PathResolver,
  home: AbsolutePath | undefined,
): Promise<ConfiguredPaths> {
  const reading: Reading = {
    paths: [],
    warnings: [],
    resolver,
    home,
    seen: new Set(),
    hooksPaths: [],
    workTrees: new Set([workTree]),
  }
  for (const name of ['config', 'config.worktree']) await readConfig(reading, gitDirectory, name, 0)
  // A relative hooks path can come before the core.worktree that it is relative to.
  for (const hooksPath of reading.hooksPaths) {
    for (const base of reading.workTrees) reading.paths.push(...absolute(reading, base, hooksPath))
  }
  return { paths: [...new Set(reading.paths)], warnings: reading.warnings }
}

/** `directory` is the one that the includes of the file are relative to: of its name as written, links and all. */
async function readConfig(reading: Reading, directory: string, name: string, depth: number): Promise<void> {
  if (depth > MAX_DEPTH) return
  const found = await reading.resolver.canonicalize(join(directory, name))
  if (!found.ok || found.type !== 'file' || reading.seen.has(keyOf(found.path))) return
  reading.seen.add(keyOf(found.path))
  // One byte more than is used tells whether there is more.
  const text = await readSmallFile(found.path, reading.resolver, MAX_BYTES + 1)
  if (text === undefined) return
  if (Buffer.byteLength(text) > MAX_BYTES) {
    reading.warnings.push(`${found.path} is too long: hooks and files that it names after 256 KiB are not protected`)
  }
  for (const entry of parseGitConfig(text)) {
    const value = pathOf(entry, found.path, reading)
    if (value === undefined) continue
    switch (settingOf(entry)) {
      case 'core.hookspath':
        reading.hooksPaths.push(value)
        break
      case 'core.worktree':
        for (const workTree of absolute(reading, directory, value)) reading.workTrees.add(workTree)
        break
      case 'include.path':
      case 'includeif.*.path': {
        for (const included of absolute(reading, directory, value)) {
          reading.paths.push(included)
          await readConfig(reading, parentOf(included), nameOf(included), depth + 1)
        }
      }
    }
  }
}

function settingOf({ section, subsection, key }: GitConfigEntry): string {
  return subsection === undefined ? `${section}.${key}` : `${section}.*.${key}`
}

/** The value as a path: with the home directory in it, up to a NUL, which ends it for git. */
function pathOf({ value }: GitConfigEntry, file: AbsolutePath, { home, warnings }: Reading): string | undefined {
  const path = value?.replace(/^:\(optional\)/, '').replace(/\0.*$/s, '')
  if (path === undefined || path === '') return undefined
  if (path.includes('\uFFFD')) {
    warnings.push(`${file} names a path that is not valid UTF-8, which is not protected`)
    return undefined
  }
  // Below the directory that git is installed in, which is nobody's work tree.
  if (path.startsWith('%(prefix)/')) return undefined
  if (!path.startsWith('~')) return path
  if (home !== undefined && (path === '~' || path.startsWith('~/'))) return join(home, path.slice(2))
  warnings.push(`${file} names ${path}, whose home directory is not known; it is not protected`)
  return undefined
}

/** With the links and the `..` of POSIX in it. On Windows none where it names no place on a disk. */
function absolute({ resolver: { system } }: Reading, base: string, path: string): string[] {
  if (system === 'posix') return [path.startsWith('/') ? path : `${base}/${path}`]
  const found = pathInFile(system, base, path)
  return found === undefined ? [] : [found]
}
