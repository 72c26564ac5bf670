/** The packed package in Windows' node.exe, under Wine. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join, resolve } from 'node:path'

const scripts = resolve('test/windows')

/**
 * Of what is needed to build and run for Windows, what is not installed here.
 * `RINGFENCE_TEST_MUST_WORK=wine` makes that a failure.
 */
export function missingTools(): string[] {
  const output = execFileSync('bash', ['-c', `source ${scripts}/wine.sh && missing_tools`], { encoding: 'utf8' })
  const missing = output.split('\n').filter((tool) => tool !== '')
  if (missing.length > 0 && (process.env.RINGFENCE_TEST_MUST_WORK ?? '').split(',').includes('wine')) {
    throw new Error(`wine must work here: not installed: ${missing.join(', ')}`)
  }
  return missing
}

/** Runs a module of fixtures/ in `project`, and returns what it prints as JSON. */
export function runInWindowsNode(project: string, fixture: string): unknown {
  cpSync(resolve('test/package/fixtures', fixture), join(project, fixture))
  const { status, stdout, stderr } = spawnSync('bash', [join(scripts, 'node.sh'), fixture], {
    cwd: project,
    encoding: 'utf8',
    timeout: 150_000,
  })
  if (status !== 0) throw new Error(`node.exe ended with ${status}\n${stdout}${stderr}`)
  return JSON.parse(stdout)
}
