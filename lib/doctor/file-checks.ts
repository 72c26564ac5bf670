/** What a command can do with files. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PROTECTIONS } from '../policy/types.js'
import { Sandbox } from '../sandbox.js'
import { attemptFenced, attemptFree, exitCommand } from './attempt.js'
import { systemPolicy } from './system-policy.js'
import type { Check, CheckContext, Observation } from './types.js'

const START_EXIT = 43

export const FILE_CHECKS: readonly Check[] = [
  {
    id: 'start',
    title: 'a command starts under the default policy and its exit code comes back',
    protections: PROTECTIONS,
    observe: observeStart,
  },
  {
    id: 'allowed-write',
    title: 'a file in a writable root can be written',
    protections: ['file-writes'],
    observe: observeAllowedWrite,
  },
  {
    id: 'forbidden-write',
    title: 'a file outside the writable roots cannot be written',
    protections: ['file-writes'],
    observe: observeForbiddenWrite,
  },
  {
    id: 'denied-read',
    title: 'a denied file cannot be read',
    protections: ['file-reads'],
    observe: observeDeniedRead,
  },
  {
    id: 'read-only-subpath',
    title: 'a read-only subpath of a writable root cannot be written',
    protections: ['file-writes', 'protected-paths'],
    observe: observeReadOnlySubpath,
  },
  {
    id: 'missing-protected-path',
    title: 'a protected path that does not exist cannot be created',
    protections: ['file-writes', 'protected-paths'],
    observe: observeMissingProtectedPath,
  },
]

async function observeStart({ backend, directory }: CheckContext): Promise<Observation> {
  const sandbox = await Sandbox.create({ policy: systemPolicy(), cwd: directory, backend })
  try {
    const result = await sandbox.exec(...exitCommand(START_EXIT))
    const detail = result.signal === null ? `exit code ${result.exitCode}` : `ended by ${result.signal}`
    return { holds: result.exitCode === START_EXIT, controlHolds: true, detail, control: 'none needed' }
  } finally {
    await sandbox.close()
  }
}

async function observeAllowedWrite(context: CheckContext): Promise<Observation> {
  const { work, fence } = await layOut(context, ['file-writes'])
  const target = join(work, 'allowed')
  const fenced = await attemptFenced(fence, 'write', target)
  const arrived = existsSync(target) && (await readFile(target, 'utf8')) === 'written\n'
  const free = await attemptFree(work, 'write', join(work, 'control'))
  return {
    holds: fenced.allowed && arrived,
    controlHolds: free.allowed,
    detail: fenced.allowed && !arrived ? 'allowed, but the file did not arrive on the host' : fenced.detail,
    control: free.detail,
  }
}

async function observeForbiddenWrite(context: CheckContext): Promise<Observation> {
  const { work, outside, fence } = await layOut(context, ['file-writes'])
  const target = join(outside, 'forbidden')
  const fenced = await attemptFenced(fence, 'write', target)
  const arrived = existsSync(target)
  const free = await attemptFree(work, 'write', target)
  return refusal(fenced, arrived, free.allowed && existsSync(target), free.detail)
}

async function observeDeniedRead(context: CheckContext): Promise<Observation> {
  const { work, outside, fence } = await layOut(context, ['file-reads'])
  const secret = join(outside, 'secret')
  await writeFile(secret, 'secret\n')
  const filesystem = { ...fence.filesystem, [secret]: 'none' as const }
  const fenced = await attemptFenced({ ...fence, filesystem }, 'read', secret)
  const free = await attemptFree(work, 'read', secret)
  // A file in the same place without the rule: that it can be read shows that the rule made the difference.
  const twin = join(outside, 'twin')
  await writeFile(twin, 'no secret\n')
  const readable = await attemptFenced({ ...fence, filesystem }, 'read', twin)
  return refusal(
    fenced,
    false,
    free.allowed && readable.allowed,
    `${free.detail}; without the rule: ${readable.detail}`,
  )
}

async function observeReadOnlySubpath(context: CheckContext): Promise<Observation> {
  const { work, fence } = await layOut(context, ['file-writes', 'protected-paths'])
  const subpath = join(work, 'docs')
  await mkdir(subpath)
  const filesystem = { ...fence.filesystem, [subpath]: 'read' as const }
  const target = join(subpath, 'forbidden')
  const fenced = await attemptFenced({ ...fence, filesystem }, 'write', target)
  const arrived = existsSync(target)
  const free = await attemptFree(work, 'write', target)
  const beside = await attemptFenced({ ...fence, filesystem }, 'write', join(work, 'beside'))
  return refusal(fenced, arrived, free.allowed && beside.allowed, `${free.detail}; beside it: ${beside.detail}`)
}

/** `.codex` stands for the built-in list; it is on it whatever the policy says. */
async function observeMissingProtectedPath(context: CheckContext): Promise<Observation> {
  const { work, fence } = await layOut(context, ['file-writes', 'protected-paths'])
  const target = join(work, '.codex')
  const fenced = await attemptFenced(fence, 'create', target)
  const arrived = existsSync(target)
  const free = await attemptFree(work, 'create', target)
  const beside = await attemptFenced(fence, 'create', join(work, 'codex'))
  return refusal(fenced, arrived, free.allowed && beside.allowed, `${free.detail}; another name: ${beside.detail}`)
}

export function refusal(
  fenced: { allowed: boolean; detail: string },
  arrived: boolean,
  controlHolds: boolean,
  control: string,
): Observation {
  const detail = arrived ? `${fenced.detail}, but it is there on the host` : fenced.detail
  return { holds: !fenced.allowed && !arrived, controlHolds, detail, control }
}

/** `work` is a writable root, `outside` is not. */
export async function layOut({ backend, directory }: CheckContext, protections: Check['protections']) {
  const work = join(directory, 'work')
  const outside = join(directory, 'outside')
  await mkdir(work)
  await mkdir(outside)
  return { work, outside, fence: { backend, protections, cwd: work, filesystem: { [work]: 'write' as const } } }
}
