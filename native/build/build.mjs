// Builds native code for this machine into build/Release, where the loader looks in a checkout. Linux: node-gyp. Windows:
// cmake-js, whose addon is copied there.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const isWindows = process.platform === 'win32'

function node(...args) {
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

if (isWindows) {
  const target = `win32-${process.arch}`
  const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js')
  node(cmakeJs, 'build', '--out', join('build', target))
  const release = join(root, 'build/Release')
  mkdirSync(release, { recursive: true })
  copyFileSync(
    join(root, 'build', target, 'product/prebuilds', target, 'ringfence.node'),
    join(release, 'ringfence.node'),
  )
} else {
  node(join(root, 'native/build/gyp.mjs'), 'configure', 'build')
}
