/** A sandbox of many commands, and its slots: how each step can fail. */
import type { NativeSpawnRequest } from '../../../lib/native/binding-types.js'
import type { Launch } from './native-launch.js'
import { type StageCase, weakLauncher } from './stage-case.js'
import { refuse } from './weaken.js'

const needs = 'namespaces'

/** The runner's control socket (native/linux/wire.h: kRunnerStdio). */
const RUNNER_CONTROL = 64

/** clone(2): CLONE_NEWPID | CLONE_NEWIPC | SIGCHLD */
const SLOT_CLONE = 0x2800_0011

function isolated(isolation: NativeSpawnRequest['isolation']): Launch {
  return { request: { isolation } }
}

export const RUNNER_STAGES: StageCase[] = [
  weakLauncher(
    { stage: 'linux.runner.receive', cause: 'recvmsg() is refused', errno: 'EPERM', needs },
    [refuse('recvmsg', 'EPERM', 0, RUNNER_CONTROL)],
    isolated('command'),
  ),
  weakLauncher(
    { stage: 'linux.runner.clone', cause: 'too many pid namespaces', errno: 'ENOSPC', needs },
    // No filter can look into the arguments of clone3().
    [refuse('clone3', 'ENOSYS'), refuse('clone', 'ENOSPC', 0, SLOT_CLONE)],
    isolated('command'),
  ),
  weakLauncher(
    { stage: 'linux.runner.session', cause: 'no socket', errno: 'EMFILE', needs },
    [refuse('socketpair', 'EMFILE')],
    isolated('session'),
  ),
  weakLauncher(
    { stage: 'linux.runner.enter', cause: 'setns() is refused', errno: 'EPERM', needs },
    [refuse('setns', 'EPERM')],
    isolated('session'),
  ),
]
