// Refuses to pack without the binaries of every platform that the package is published for.
import { accessSync, constants } from 'node:fs'

const PUBLISHED = {
  'linux-x64': { 'ringfence.glibc.node': constants.R_OK, 'ringfence-helper': constants.X_OK },
  'win32-x64': { 'ringfence.node': constants.R_OK },
}

for (const [platform, files] of Object.entries(PUBLISHED)) {
  try {
    for (const [file, access] of Object.entries(files)) accessSync(`prebuilds/${platform}/${file}`, access)
  } catch (error) {
    const command = platform.startsWith('win32-') ? 'prebuild:windows' : 'prebuild'
    console.error(`${error.message}\nprebuilds/${platform} is incomplete: run "npm run ${command}"`)
    process.exitCode = 1
  }
}
