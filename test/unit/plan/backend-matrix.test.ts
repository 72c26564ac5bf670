import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BACKEND_TABLE } from '../../../lib/plan/backends.js'
import { BACKENDS } from '../../../lib/plan/types.js'
import { PROTECTIONS } from '../../../lib/policy/types.js'
import { backendMatrixMarkdown } from './backend-matrix.js'
import { planOf, policyOf, READ_ONLY } from './fixtures.js'

const README = new URL('../../../README.md', import.meta.url)

describe('the table of backends', () => {
  it('names every protection for every backend, and the limit of each that is not full', () => {
    for (const backend of BACKENDS) {
      const { protections } = BACKEND_TABLE[backend]
      expect(Object.keys(protections)).toEqual([...PROTECTIONS])
      const unexplained = Object.values(protections).filter(
        ({ level, limit }) => level !== 'full' && limit === undefined,
      )
      expect(unexplained).toEqual([])
    }
  })

  it('is where enforcement reports take their mechanisms from', () => {
    const plan = planOf('namespaces', policyOf(READ_ONLY))
    for (const protection of PROTECTIONS) {
      expect(plan.enforcement[protection].by).toBe(BACKEND_TABLE.namespaces.protections[protection].by)
    }
  })

  it('is the matrix in README.md', ({ skip }) => {
    if (!existsSync(README)) skip('README.md does not exist yet')
    expect(readFileSync(README, 'utf8')).toContain(backendMatrixMarkdown())
  })
})
