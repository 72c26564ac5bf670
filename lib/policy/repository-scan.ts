/** Nested repositories: runs the scan that is passed in and turns what it finds into protections. */
import { SandboxError, type SandboxErrorFields } from '../errors.js'
import { comparePaths, distinctPaths, keyOf, outermost, parentOf } from './paths.js'
import { type Protecting, protectNestedGit, protectUnreadable } from './protections.js'
import type { ResolveScan, ResolveScanResult } from './resolve-context.js'
import type { AbsolutePath, RepositoryScan, Requirement } from './types.js'

export interface ScanRequest {
  scan: ResolveScan
  /** The writable roots; what lies at their top is protected already. */
  roots: readonly AbsolutePath[]
  maxDirectories: number
  requirement: Requirement
}

export async function protectNestedRepositories(protecting: Protecting, request: ScanRequest): Promise<RepositoryScan> {
  const { roots, maxDirectories, requirement } = request
  if (requirement === 'off' || roots.length === 0) {
    return { directories: 0, repositories: 0, complete: true, maxDirectories }
  }
  const result = await runScan(request)
  requireAll(result, request, protecting.warnings)
  const tops = new Set(roots.map(keyOf))
  const nested = distinctPaths(result.gitEntries).filter((entry) => !tops.has(keyOf(parentOf(entry))))
  for (const entry of nested) await protectNestedGit(protecting, entry)
  for (const directory of result.unreadable) await protectUnreadable(protecting, directory)
  const { directories, complete } = result
  return { directories, repositories: nested.length, complete, maxDirectories }
}

async function runScan({ scan, roots, maxDirectories }: ScanRequest): Promise<ResolveScanResult> {
  try {
    return await scan([...roots].sort(comparePaths), { maxDirectories })
  } catch (cause) {
    if (cause instanceof SandboxError) throw cause
    const { stage, syscall, errno, osCode, osCodeKind, path } = cause as Partial<
      Pick<SandboxErrorFields, 'stage' | 'syscall' | 'errno' | 'osCode' | 'osCodeKind' | 'path'>
    >
    throw new SandboxError('the search for nested repositories failed', {
      code: 'SANDBOX_SETUP_FAILED',
      stage: stage ?? 'policy.scan',
      ...(syscall === undefined || errno === undefined ? {} : { syscall, errno }),
      ...(osCode === undefined || osCodeKind === undefined ? {} : { osCode, osCodeKind }),
      ...(path === undefined ? {} : { path }),
      cause,
    })
  }
}

function requireAll(
  result: ResolveScanResult,
  { roots, maxDirectories, requirement }: ScanRequest,
  warnings: string[],
) {
  const problems: Array<{ problem: string; hint: string }> = []
  const where = outermost(roots).join(', ')
  if (!result.complete) {
    problems.push({
      problem: `the search for nested repositories below ${where} ended at its limit of ${maxDirectories} directories`,
      hint: 'make fewer or smaller directories writable, or raise maxScanDirectories',
    })
  }
  if (result.unrepresentable > 0) {
    problems.push({
      problem: `${result.unrepresentable} repositories below ${where} have paths that are not valid UTF-8`,
      hint: 'rename these directories',
    })
  }
  for (const { problem, hint } of problems) {
    if (requirement === 'strict') {
      throw new SandboxError(`cannot protect all nested repositories: ${problem}`, {
        code: 'SANDBOX_POLICY_UNENFORCEABLE',
        stage: 'policy.scan',
        hint: `${hint}, or set protections["nested-repositories"] to "best-effort"`,
      })
    }
    warnings.push(`not all nested repositories are protected: ${problem}`)
  }
}
