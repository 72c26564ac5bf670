/** A sandbox over a tree, and one script in it: for askMachine(). */
import type { BackendName, Policy } from '../../../lib/index.js'
import type { Tree } from './attempts.js'
import type { Ringfence } from './machine.js'

export interface Run {
  options: {
    policy: Policy | 'workspace-write'
    cwd: string
    stateDirectory: string
    backend?: BackendName
    order?: BackendName[]
    bubblewrapPath?: string
  }
  script: string
}

export function runIn(tree: Tree, policy: Run['options']['policy'], script: string): Run {
  return { options: { policy, cwd: tree.work, stateDirectory: tree.state }, script }
}

export async function run({ Sandbox }: Ringfence, { options, script }: Run) {
  const sandbox = await Sandbox.create(options)
  const { exitCode, stdout, stderr } = await sandbox.exec('/bin/bash', ['-c', script])
  const { plan, probes } = sandbox.explain()
  await sandbox.close()
  const { backend, enforcement } = plan
  return { backend, enforcement, probes, exitCode, stdout, stderr, warnings: sandbox.warnings }
}
