// Refuses to pack without the binaries of every platform that the package is published for.
import { accessSync, constants } from 'node:fs'

const PUBLISHED_FOR = ['linux-x64']

for (const platform of PUBLISHED_FOR) {
  try {
    accessSync(`prebuilds/${platform}/ringfence.glibc.node`, constants.R_OK)
    accessSync(`prebuilds/${platform}/ringfence-helper`, constants.X_OK)
  } catch (error) {
    console.error(`${error.message}\nprebuilds/${platform} is incomplete: run "npm run prebuild" on ${platform}`)
    process.exitCode = 1
  }
}
