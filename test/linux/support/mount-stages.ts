/** Building the view: how each step can fail. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MountStep } from '../../../lib/plan/types.js'
import { temporaryDirectory } from '../../support/sandboxes.js'
import { type Launch, launch, ORIGIN } from './native-launch.js'
import { misfit, type StageCase, weakLauncher } from './stage-case.js'
import { MACHINES, refuse } from './weaken.js'

/** fsconfig(2) */
const FSCONFIG_SET_FLAG = 0

const needs = 'namespaces'

const ROOT: MountStep = { op: 'readonly-root' }
const PROC: MountStep = { op: 'proc', source: 'new', readonlyControls: false }

function bind(path: string, type: 'directory' | 'file' = 'directory'): MountStep {
  return { op: 'bind', path, access: 'write', type, origin: ORIGIN }
}

function view(...mounts: MountStep[]): Launch {
  return { plan: { mounts } }
}

/** A view that starts empty, with what /bin/true needs. */
function emptyView(...mounts: MountStep[]): Launch {
  const shown = ['/usr', '/bin', '/lib', '/lib64'].map((path) => ({ ...bind(path), access: 'read' }) as MountStep)
  return view(
    { op: 'empty-root' },
    PROC,
    ...shown.filter((step) => 'path' in step && step.path === '/usr'),
    ...links(),
    ...mounts,
  )
}

function links(): MountStep[] {
  return ['bin', 'lib', 'lib64'].map((name) => ({ op: 'symlink', path: `/${name}`, target: `usr/${name}` }))
}

/** A step on something that is made in a fresh directory, and the same with something fitting. */
function onPath(make: (directory: string) => string, step: (path: string) => MountStep) {
  return { fail: () => launch(view(ROOT, PROC, step(make(temporaryDirectory())))) }
}

function fitting(step: (path: string) => MountStep) {
  return { control: () => launch(view(ROOT, PROC, step(temporaryDirectory()))) }
}

const stub = (path: string): MountStep => ({ op: 'stub', path, optional: false, origin: ORIGIN })

function loop(directory: string): string {
  const path = join(directory, 'loop')
  symlinkSync('loop', path)
  return path
}

function throughFile(directory: string): string {
  writeFileSync(join(directory, 'file'), '')
  return join(directory, 'file/below')
}

export const MOUNT_STAGES: StageCase[] = [
  {
    stage: 'linux.mount.open',
    cause: 'a root that is missing',
    errno: 'ENOENT',
    needs,
    ...onPath((directory) => join(directory, 'missing'), bind),
    ...fitting(bind),
  },
  { stage: 'linux.mount.open', cause: 'a root below a file', errno: 'ENOTDIR', needs, ...onPath(throughFile, bind) },
  { stage: 'linux.mount.open', cause: 'a root that is a link', errno: 'ELOOP', needs, ...onPath(loop, bind) },
  misfit(
    { stage: 'linux.mount.open', cause: 'a name that is too long', errno: 'ENAMETOOLONG', needs },
    view(ROOT, bind(`/${'x'.repeat(256)}`)),
  ),
  misfit(
    { stage: 'linux.mount.open', cause: 'a path that is too long', errno: 'ENAMETOOLONG', needs },
    view(ROOT, bind('/tmp/..'.repeat(600))),
  ),
  weakLauncher(
    { stage: 'linux.mount.clone', cause: 'more roots than descriptors', errno: 'EMFILE', path: '/tmp', needs },
    ['limit=NOFILE:64'],
    view(ROOT, ...Array.from({ length: 60 }, () => bind('/tmp'))),
  ),
  weakLauncher(
    { stage: 'linux.mount.clone', cause: 'Linux before 5.2', errno: 'ENOSYS', path: '/tmp', needs },
    [refuse('open_tree', 'ENOSYS')],
    view(ROOT, bind('/tmp')),
  ),
  weakLauncher(
    { stage: 'linux.mount.attributes', cause: 'Linux before 5.12', errno: 'ENOSYS', path: '/', needs },
    MACHINES.withoutMountSetattr,
  ),
  weakLauncher(
    { stage: 'linux.mount.move', cause: 'move_mount() is refused', errno: 'EPERM', path: '/tmp', needs },
    [refuse('move_mount', 'EPERM')],
    view(ROOT, bind('/tmp')),
  ),
  misfit(
    {
      stage: 'linux.mount.target',
      cause: 'a path that the new /proc does not have',
      errno: 'ENOENT',
      path: `/proc/${process.pid}`,
      needs,
    },
    view(ROOT, PROC, bind(`/proc/${process.pid}`)),
    view(ROOT, PROC),
  ),
  weakLauncher(
    { stage: 'linux.mount.make', cause: 'mkdir() fails', errno: 'ENOSPC', needs },
    [refuse('mkdirat', 'ENOSPC')],
    view(ROOT, PROC),
  ),
  misfit(
    { stage: 'linux.mount.symlink', cause: 'a target that is too long', errno: 'ENAMETOOLONG', path: '/link', needs },
    emptyView({ op: 'symlink', path: '/link', target: 'x'.repeat(5000) }),
    emptyView({ op: 'symlink', path: '/link', target: 'x' }),
  ),
  weakLauncher(
    { stage: 'linux.mount.tmpfs', cause: 'Linux before 5.2', errno: 'ENOSYS', path: '/', needs },
    [refuse('fsopen', 'ENOSYS')],
    emptyViewOfHostProc(),
  ),
  {
    stage: 'linux.mount.mask',
    cause: 'more masks with something below than there can be',
    errno: 'E2BIG',
    needs,
    fail: () => launch(masks(257)),
    control: () => launch(masks(256)),
  },
  {
    stage: 'linux.mount.stub',
    cause: 'a protected path that is missing',
    errno: 'ENOENT',
    needs,
    ...onPath((directory) => join(directory, 'missing'), stub),
    ...fitting(stub),
  },
  { stage: 'linux.mount.stub', cause: 'a protected path that is a link', errno: 'ELOOP', needs, ...onPath(loop, stub) },
  weakLauncher(
    { stage: 'linux.mount.pivot', cause: 'pivot_root() is refused', errno: 'EPERM', needs },
    [refuse('pivot_root', 'EPERM')],
    emptyView(),
  ),
  weakLauncher(
    { stage: 'linux.mount.detach', cause: 'umount() is refused', errno: 'EPERM', needs },
    [refuse('umount2', 'EPERM')],
    emptyView(),
  ),
  weakLauncher(
    { stage: 'linux.mount.chdir', cause: 'chdir() is refused', errno: 'EPERM', needs },
    [refuse('chdir', 'EPERM')],
    emptyView(),
  ),
  weakLauncher(
    { stage: 'linux.mount.proc', cause: 'a part of /proc is masked', errno: 'EPERM', path: '/proc', needs },
    MACHINES.maskedProc,
  ),
  weakLauncher(
    { stage: 'linux.mount.dev-node', cause: '/dev/null is a directory', errno: 'EINVAL', needs },
    ['own-mounts', 'cover=/dev', 'mkdir=/dev/null'],
    view(ROOT, PROC, { op: 'dev' }),
  ),
  weakLauncher(
    { stage: 'linux.mount.devpts', cause: 'no new instance of devpts', errno: 'EINVAL', path: '/dev/pts', needs },
    [refuse('fsconfig', 'EINVAL', 1, FSCONFIG_SET_FLAG)],
  ),
]

function emptyViewOfHostProc(): Launch {
  const { plan } = emptyView()
  const mounts = plan?.mounts?.map((step) => (step.op === 'proc' ? { ...step, source: 'host' as const } : step)) ?? []
  return view(...mounts)
}

function masks(count: number): Launch {
  const directory = temporaryDirectory()
  const steps = Array.from({ length: count }, (_, index): MountStep => {
    const path = join(directory, String(index))
    mkdirSync(path)
    return { op: 'mask', path, type: 'directory', search: true, optional: false, origin: ORIGIN }
  })
  return view(ROOT, PROC, ...steps)
}
