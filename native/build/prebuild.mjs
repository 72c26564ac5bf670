// Makes prebuilds/<platform>-<arch>/ from a clean release build: the addon, stripped, and the helper.
import { chmodSync, copyFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import prebuildify from 'prebuildify'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const release = join(root, 'build/Release')
const output = join(root, 'prebuilds', `${process.platform}-${process.arch}`)

rmSync(output, { recursive: true, force: true })
await promisify(prebuildify)({
  cwd: root,
  napi: true,
  strip: true,
  tagLibc: true,
  nodeGyp: join(root, 'native/build/gyp.mjs'),
})

// prebuildify knows no executables. npm keeps modes as they are, so the bit must be right here.
copyFileSync(join(release, 'ringfence-helper'), join(output, 'ringfence-helper'))
chmodSync(join(output, 'ringfence-helper'), 0o755)

// It moves the addon; the checkout goes on working with a copy.
copyFileSync(join(output, 'ringfence.glibc.node'), join(release, 'ringfence.node'))
