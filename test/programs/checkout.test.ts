/** This project in the fence: what people and agents run in a checkout of it. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { defaultFence, onHost, run } from './support/project.js'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** The one who runs the tests need not own the checkout. */
const GIT = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: CHECKOUT,
  GIT_OPTIONAL_LOCKS: '0',
}

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('git status, diff and log say what they say outside; a commit is refused', { timeout: 60_000 }, async () => {
    const sandbox = await defaultFence(backend, CHECKOUT, { environment: { set: GIT } })
    for (const args of [['log', '--oneline'], ['branch', '--list'], ['ls-files']]) {
      expect(await run(sandbox, 'git', args)).toBe(onHost(CHECKOUT, 'git', args, GIT))
    }
    // Others may be at work in the tree.
    await run(sandbox, 'git', ['status', '--short'])
    await run(sandbox, 'git', ['diff', '--stat'])
    const { exitCode, stderr } = await sandbox.exec('git', ['commit', '--allow-empty', '--message', 'x'])
    expect(exitCode).not.toBe(0)
    expect(stderr).toMatch(/Read-only file system|index\.lock/)
  })

  test('its unit tests and its linter', { timeout: 120_000 }, async () => {
    const before = readdirSync(CHECKOUT)
    const sandbox = await defaultFence(backend, CHECKOUT)
    await run(sandbox, 'npx', ['biome', 'lint', 'lib/policy'])
    const output = await run(sandbox, 'node', ['node_modules/vitest/vitest.mjs', 'run', 'test/unit/plan'])
    expect(stripVTControlCharacters(output)).toMatch(/Tests +\d+ passed/)
    await sandbox.close()
    expect(readdirSync(CHECKOUT)).toEqual(before)
  })
})
