// The package as tests of Windows use it: in the folder of the CMake build, so that its loader finds the addon where it
// looks for it in an installed package.
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '../../..')
const build = join(root, 'build', `win32-${process.arch}`)

/** With the addon that is published. */
export const productPackage = join(build, 'product')

/** With the addon whose Windows pretends to restrict. @public */
export const pretendPackage = join(build, 'pretend')

/** Puts what is built of lib/ beside the addons. */
export function completePackages() {
  for (const folder of [productPackage, pretendPackage]) {
    if (!existsSync(folder)) continue
    rmSync(join(folder, 'dist'), { recursive: true, force: true })
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
    cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  }
}

/** What `import 'ringfence'` gives. */
export function importFrom(folder) {
  return import(pathToFileURL(join(folder, 'dist/index.js')).href)
}
