/** Every stage of native/core/stage.h: made to fail by a real cause, or why no test can. */
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { beforeAll, describe, expect, test } from 'vitest'
import { sandboxErrorOf } from '../../lib/failure.js'
import { SandboxError } from '../../lib/index.js'
import { sourceFiles } from '../structure/source-files.js'
import { buildCli } from '../support/cli.js'
import { BUBBLEWRAP_STAGES, EXEC_STAGES, INIT_STAGES, LANDLOCK_STAGES } from './support/command-stages.js'
import { HELPER_STAGES, LAUNCH_STAGES, NAMESPACE_STAGES, SUPERVISOR_STAGES } from './support/launch-stages.js'
import { LIMIT_STAGES } from './support/limit-stages.js'
import { MOUNT_STAGES } from './support/mount-stages.js'
import { needBackends } from './support/need.js'
import { OUTPUT_STAGES } from './support/output-stages.js'
import { RUNNER_STAGES } from './support/runner-stages.js'
import { stagesOfHeader } from './support/stage-case.js'
import { HOST_STAGES, STUB_STAGES } from './support/stub-stages.js'
import { TERMINAL_STAGES } from './support/terminal-stages.js'
import { UNPROVOKED } from './support/unprovoked-stages.js'

const CASES = [
  HELPER_STAGES,
  LAUNCH_STAGES,
  SUPERVISOR_STAGES,
  NAMESPACE_STAGES,
  MOUNT_STAGES,
  INIT_STAGES,
  RUNNER_STAGES,
  LIMIT_STAGES,
  LANDLOCK_STAGES,
  EXEC_STAGES,
  TERMINAL_STAGES,
  BUBBLEWRAP_STAGES,
  STUB_STAGES,
  HOST_STAGES,
  OUTPUT_STAGES,
].flat()

const STAGES = stagesOfHeader()
const SYSCALLS = new Map(STAGES.map(({ stage, syscall }) => [stage, syscall]))

beforeAll(buildCli)

describe.each(CASES)('$stage: $cause', ({ stage, errno, path, code, needs, fail, control }) => {
  test('a SandboxError with its numbers', async (context) => {
    if (needs !== undefined) await needBackends(context, [needs])
    const failure = await fail()
    expect(failure).toMatchObject({ stage })
    const error = failure instanceof SandboxError ? failure : sandboxErrorOf(failure as never)
    expect(error).toMatchObject({ code: code ?? 'SANDBOX_SETUP_FAILED', stage, ...(path !== undefined && { path }) })
    expect(error.errno).toBe(errno === undefined ? undefined : constants.errno[errno])
    expect(error.syscall).toBe(errno === undefined ? undefined : SYSCALLS.get(stage))
    expect(error.message).toContain(stage)
    if (control !== undefined) expect(await control()).toBeUndefined()
  })
})

describe('the table', () => {
  const names = STAGES.map(({ stage }) => stage).filter((stage) => stage !== 'none')

  test('has every stage, once', () => {
    const provoked = new Set(CASES.map(({ stage }) => stage))
    const listed = [...provoked, ...Object.keys(UNPROVOKED)]
    expect(listed.sort()).toEqual([...names].sort())
  })

  test('has no stage that nothing reports', () => {
    const native = sourceFiles('native', ['.cc', '.h'])
      .filter((file) => !file.includes('core/stage.'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n')
    const unused = STAGES.filter(({ enumerator }) => !new RegExp(`Stage::${enumerator}\\b`).test(native))
    expect(unused).toEqual([])
  })
})
