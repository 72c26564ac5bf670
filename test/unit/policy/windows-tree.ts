/**
 * A description of what is on the disks of a Windows machine, which answers as its file system does: names without
 * regard to case, short names, substituted drives, symbolic links and junctions.
 *
 *   C:\x\      a directory            C:\x    a file with the value as content
 *   C:\x@      a symbolic link        C:\x>   a junction, each to the value
 */
import { win32 } from 'node:path'
import type { DirectoryEntry, EntryKind, FileSystem } from '../../../lib/policy/file-system.js'
import { ancestorsAndSelf, nameOf, parentOf, volumeOf } from '../../../lib/policy/paths.js'

export type WindowsTree = Record<string, string>

export interface WindowsDisks {
  tree: WindowsTree
  /** Path to its name in the form 8.3. */
  shortNames?: Record<string, string>
  /** `S:\` to a directory, as `subst` and mapped drives do it. */
  substituted?: Record<string, string>
}

interface Node {
  name: string
  kind: 'directory' | 'file' | 'symlink' | 'junction'
  /** Of a file its text, of a link its target. */
  content: string
  shortName?: string
  children: Map<string, Node>
}

const KINDS: Readonly<Record<string, Node['kind']>> = { '\\': 'directory', '@': 'symlink', '>': 'junction' }

export class DescribedWindows implements FileSystem {
  readonly system = 'win32'
  /** Every path that was looked at, as it was asked for. */
  readonly asked: string[] = []
  readonly #volumes = new Map<string, Node>()
  readonly #substituted: Map<string, string>

  constructor({ tree, shortNames = {}, substituted = {} }: WindowsDisks) {
    this.#substituted = new Map(Object.entries(substituted).map(([drive, target]) => [fold(drive), target]))
    for (const [text, content] of Object.entries(tree)) {
      const kind = KINDS[text.at(-1) ?? ''] ?? 'file'
      this.#grow(kind === 'file' ? text : text.slice(0, -1), kind, content)
    }
    for (const [path, shortName] of Object.entries(shortNames))
      this.#find(path, true, 'lstat').node.shortName = shortName
  }

  async kindOf(path: string): Promise<EntryKind> {
    const { kind } = this.#find(path, false, 'lstat').node
    return kind === 'junction' ? 'symlink' : kind
  }

  async readlink(path: string): Promise<string> {
    const { kind, content } = this.#find(path, false, 'readlink').node
    if (kind === 'symlink') return content
    // A junction holds an absolute path that ends with a backslash.
    if (kind === 'junction') return `${content}\\`
    throw failure('EINVAL', 'readlink')
  }

  async realpath(path: string): Promise<string> {
    return this.#find(path, true, 'realpath').real
  }

  async list(directory: string): Promise<DirectoryEntry[]> {
    const { node } = this.#find(directory, true, 'scandir')
    if (node.kind !== 'directory') throw failure('ENOTDIR', 'scandir')
    return [...node.children.values()].map(({ name, kind }) => ({ name, kind: kind === 'junction' ? 'symlink' : kind }))
  }

  async readStart(file: string, maxBytes: number): Promise<string | undefined> {
    const { kind, content } = this.#find(file, true, 'open').node
    return kind === 'file' ? content.slice(0, maxBytes) : undefined
  }

  canCreateIn = async (directory: string): Promise<boolean> => directory !== '/'
  isOurs = async (): Promise<boolean> => true

  /** Every entry named `.git` below the directory, without entering it or following links. */
  gitEntriesBelow(directory: string): string[] {
    const found: string[] = []
    const visit = (node: Node, path: string): void => {
      for (const child of node.children.values()) {
        const at = win32.join(path, child.name)
        if (fold(child.name) === '.git') found.push(at)
        else visit(child, at)
      }
    }
    visit(this.#find(directory, true, 'scandir').node, directory)
    return found
  }

  #grow(path: string, kind: Node['kind'], content: string): void {
    const volume = volumeOf(win32.resolve(path))
    let node = this.#volumes.get(fold(volume)) ?? makeNode(volume, 'directory', '')
    this.#volumes.set(fold(volume), node)
    const names = namesOf(path)
    for (const [index, name] of names.entries()) {
      const isLast = index === names.length - 1
      const child = node.children.get(fold(name)) ?? makeNode(name, isLast ? kind : 'directory', isLast ? content : '')
      node.children.set(fold(name), child)
      node = child
    }
  }

  /** As NTFS walks: relative links start at the path as it was opened, in which junctions stay what they are. */
  #find(path: string, follow: boolean, syscall: string): { node: Node; real: string } {
    this.asked.push(path)
    let opened = win32.resolve(path)
    for (let links = 0; links < 63; links++) {
      const found = this.#walk(opened, follow, syscall)
      if ('node' in found) return found
      opened = found.again
    }
    throw failure('ELOOP', syscall)
  }

  #walk(opened: string, follow: boolean, syscall: string): { node: Node; real: string } | { again: string } {
    let at = volumeOf(opened)
    let place = this.#volume(at, syscall)
    const names = namesOf(opened)
    for (const [index, name] of names.entries()) {
      const node = childOf(place.node, name)
      if (node === undefined) throw failure('ENOENT', syscall)
      const passes = follow || index < names.length - 1
      if (passes && node.kind === 'symlink') {
        return { again: win32.resolve(at, node.content, ...names.slice(index + 1)) }
      }
      at = win32.join(at, name)
      place =
        passes && node.kind === 'junction'
          ? this.#find(node.content, true, syscall)
          : { node, real: win32.join(place.real, node.name) }
    }
    return place
  }

  #volume(volume: string, syscall: string): { node: Node; real: string } {
    const substitute = this.#substituted.get(fold(volume))
    if (substitute !== undefined) return this.#find(substitute, true, syscall)
    const node = this.#volumes.get(fold(volume))
    if (node === undefined) throw failure('ENOENT', syscall)
    return { node, real: node.name }
  }
}

/** The same disks as a system of POSIX would show them: `C:\x` is `/C/x`. */
export class PosixView implements FileSystem {
  readonly system = 'posix'
  readonly #windows: DescribedWindows

  constructor(windows: DescribedWindows) {
    this.#windows = windows
  }

  kindOf = (path: string): Promise<EntryKind> => this.#windows.kindOf(windowsOf(path))
  readlink = async (path: string): Promise<string> => posixOf(await this.#windows.readlink(windowsOf(path)))
  realpath = async (path: string): Promise<string> => posixOf(await this.#windows.realpath(windowsOf(path)))
  list = (path: string): Promise<DirectoryEntry[]> => this.#windows.list(windowsOf(path))
  readStart = (path: string, maxBytes: number): Promise<string | undefined> =>
    this.#windows.readStart(windowsOf(path), maxBytes)
  canCreateIn = async (directory: string): Promise<boolean> => directory !== '/'
  isOurs = async (): Promise<boolean> => true
}

/** `C:\x\y` as `/C/x/y`, a relative path with slashes. */
export function posixOf(path: string): string {
  const slashes = path.replaceAll('\\', '/').replace(/(.)\/$/, '$1')
  return slashes.replace(/^([A-Za-z]):/, '/$1')
}

function windowsOf(path: string): string {
  return path
    .replace(/^\/([A-Za-z])(?=\/|$)/, '$1:\\')
    .replaceAll('/', '\\')
    .replaceAll('\\\\', '\\')
}

function makeNode(name: string, kind: Node['kind'], content: string): Node {
  return { name, kind, content, children: new Map() }
}

function childOf(node: Node, name: string): Node | undefined {
  // Node asks for names as they are, with dots and blanks at their end.
  const key = fold(name)
  const byName = node.children.get(key)
  return (
    byName ?? [...node.children.values()].find(({ shortName }) => shortName !== undefined && fold(shortName) === key)
  )
}

/** Components below the volume. */
function namesOf(path: string): string[] {
  const names = [...ancestorsAndSelf(win32.resolve(path))].map((at) => (parentOf(at) === '/' ? '' : nameOf(at)))
  return names.filter((name) => name !== '' && name !== '/').reverse()
}

function fold(text: string): string {
  return text.toLowerCase()
}

function failure(code: 'ENOENT' | 'ENOTDIR' | 'EINVAL' | 'ELOOP', syscall: string): Error {
  // libuv has numbers of its own there.
  const errno = { ENOENT: -4058, ENOTDIR: -4052, EINVAL: -4071, ELOOP: -4067 }[code]
  return Object.assign(new Error(code), { code, errno, syscall })
}
