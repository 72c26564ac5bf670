/** What can be tried of a restricted token: writing, in every way that a directory offers, and privileges. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isNativeFailure, sandboxErrorOf } from '../failure.js'
import { loadBinding } from '../native/binding.js'
import { isWindowsBinding } from '../native/binding-types.js'
import { Sandbox } from '../sandbox.js'
import { attemptFenced, attemptFree } from './attempt.js'
import { FILE_CHECKS, layOut, refusal } from './file-checks.js'
import { HOST_CHECKS } from './host-checks.js'
import { TREE_KILL } from './process-checks.js'
import { systemPolicy } from './system-policy.js'
import type { Check, CheckContext, Observation } from './types.js'

/** Reading is not restricted. */
const TRIED_ON_WINDOWS = FILE_CHECKS.filter(({ id }) => id !== 'denied-read')

export const WINDOWS_CHECKS: readonly Check[] = [
  {
    id: 'token',
    title: 'the token restricts writing: refused to the user alone, allowed to the user and a capability SID together',
    protections: ['file-writes'],
    observe: observeToken,
  },
  ...TRIED_ON_WINDOWS,
  {
    id: 'delete-in-read-only-subpath',
    title: 'a file in a read-only subpath cannot be deleted',
    protections: ['file-writes', 'protected-paths'],
    observe: (context) => observeSubpath(context, (base) => ['remove', join(base, 'closed', 'file')]),
  },
  {
    id: 'delete-through-parent',
    title: 'a read-only subpath cannot be deleted, which its parent could allow',
    protections: ['file-writes', 'protected-paths'],
    observe: (context) => observeSubpath(context, (base) => ['remove-directory', join(base, 'empty')]),
  },
  {
    id: 'rename-read-only-subpath',
    title: 'a read-only subpath cannot be renamed',
    protections: ['file-writes', 'protected-paths'],
    observe: (context) => observeSubpath(context, (base) => ['rename', join(base, 'closed'), join(base, 'moved')]),
  },
  {
    id: 'rename-parent',
    title: 'a directory that holds a read-only subpath cannot be renamed',
    protections: ['file-writes', 'protected-paths'],
    observe: (context) => observeSubpath(context, (base) => ['rename', base, `${base}-moved`]),
  },
  {
    id: 'privileges',
    title: 'a command has no privilege but SeChangeNotifyPrivilege',
    protections: ['system-calls'],
    observe: observePrivileges,
  },
  TREE_KILL,
  ...HOST_CHECKS,
]

async function observeToken(): Promise<Observation> {
  const binding = loadBinding()
  if (!isWindowsBinding(binding)) throw new Error('not on Windows')
  try {
    await binding.checkToken()
    return { holds: true, controlHolds: true, detail: 'it does', control: 'part of the same check' }
  } catch (failure) {
    if (!isNativeFailure(failure)) throw failure
    const { message } = sandboxErrorOf(failure)
    return { holds: false, controlHolds: false, detail: message, control: 'part of the same check' }
  }
}

/** The same is done below a directory with read-only subpaths, and below one like it without any rule. */
async function observeSubpath(
  context: CheckContext,
  attempt: (base: string) => [action: string, path: string, ...rest: string[]],
): Promise<Observation> {
  const { work, fence } = await layOut(context, ['file-writes', 'protected-paths'])
  const [held, twin] = [join(work, 'held'), join(work, 'twin')]
  for (const base of [held, twin]) {
    await mkdir(join(base, 'closed'), { recursive: true })
    await mkdir(join(base, 'empty'))
    await writeFile(join(base, 'closed', 'file'), 'kept\n')
  }
  const rules = { [join(held, 'closed')]: 'read' as const, [join(held, 'empty')]: 'read' as const }
  const closed = { ...fence, filesystem: { ...fence.filesystem, ...rules } }
  const [action, path, ...rest] = attempt(held)
  const fenced = await attemptFenced(closed, action, path, ...rest)
  const happened = !existsSync(path)
  const beside = await attemptFenced(closed, ...attempt(twin))
  const free = await attemptFree(work, action, path, ...rest)
  const observed = refusal(
    fenced,
    false,
    free.allowed && beside.allowed,
    `${free.detail}; without the rule: ${beside.detail}`,
  )
  return happened ? { ...observed, holds: false, detail: `${fenced.detail}, but it is gone on the host` } : observed
}

const ONLY_PRIVILEGE = 'SeChangeNotifyPrivilege'

async function observePrivileges({ backend, directory }: CheckContext): Promise<Observation> {
  const whoami = join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'whoami.exe')
  const args = ['/priv', '/fo', 'csv', '/nh']
  const sandbox = await Sandbox.create({ policy: systemPolicy(), cwd: directory, backend })
  try {
    const fenced = privilegesIn((await sandbox.exec(whoami, args)).stdout)
    const free = privilegesIn(spawnSync(whoami, args, { encoding: 'utf8' }).stdout)
    return {
      holds: fenced.join() === ONLY_PRIVILEGE,
      controlHolds: free.length > 1 && free.includes(ONLY_PRIVILEGE),
      detail: fenced.join(', ') || 'none is listed',
      control: free.join(', ') || 'none is listed',
    }
  } finally {
    await sandbox.close()
  }
}

/** Their names are the same in every language of Windows. */
function privilegesIn(list: string): string[] {
  return [...new Set(list.match(/\bSe[A-Za-z]+Privilege\b/g))]
}
