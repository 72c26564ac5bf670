// Makes prebuilds/win32-ARCH/ from build/win32-ARCH, which CMake has made: by native/build/build-windows.sh, or by cmake-js on
// Windows. What mingw has linked is stripped; MSVC keeps symbols in a file of their own.
//   node native/build/prebuild-windows.mjs x64
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [arch = process.arch] = process.argv.slice(2)
const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const folder = join('prebuilds', `win32-${arch}`)
const output = join(root, folder)
const addon = join(output, 'ringfence.node')

rmSync(output, { recursive: true, force: true })
mkdirSync(output, { recursive: true })
copyFileSync(join(root, 'build', `win32-${arch}`, 'product', folder, 'ringfence.node'), addon)
if (process.platform !== 'win32') execFileSync('x86_64-w64-mingw32-strip', ['--strip-all', addon], { stdio: 'inherit' })
