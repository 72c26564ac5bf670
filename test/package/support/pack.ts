import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Makes the prebuilt binaries and packs the package into `folder`. Returns the path of the tarball. */
export function pack(folder: string, parts: { windows: boolean }): string {
  npm('run', 'prebuild')
  if (parts.windows) {
    npm('run', 'prebuild:windows')
    npm('pack', '--pack-destination', folder)
  } else {
    // What npm would do, but for the check that nothing is missing.
    rmSync('prebuilds/win32-x64', { recursive: true, force: true })
    rmSync('dist', { recursive: true, force: true })
    npm('run', 'build:ts')
    npm('pack', '--ignore-scripts', '--pack-destination', folder)
  }
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) as string)
}

function npm(...args: string[]): void {
  execFileSync('npm', args, { stdio: 'pipe' })
}
