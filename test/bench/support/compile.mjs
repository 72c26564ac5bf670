/** Builds a C++ source of this folder into a directory. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Returns the path of the program. */
export function compile(name, directory) {
  const path = join(directory, name)
  if (existsSync(path)) return path
  const source = fileURLToPath(new URL(`${name}.cc`, import.meta.url))
  execFileSync('c++', ['-O2', '-std=c++20', '-o', path, source], { stdio: 'inherit' })
  return path
}
