/** `ringfence explain`: what each rule becomes on this machine. Runs nothing of the caller's. */
import { SandboxError } from '../errors.js'
import { explainPlan, explainUnenforceable } from '../plan/explain.js'
import type { BackendProbe } from '../probe/probe.js'
import type { Explanation } from '../sandbox.js'
import type { Invocation } from './arguments.js'
import { oneLine } from './error-line.js'
import { EXIT } from './exit-codes.js'
import { openSandbox } from './open-sandbox.js'
import { print } from './output.js'
import { runFailure } from './run-report.js'

/** @returns The exit code of ringfence. */
export async function explain({ policy, json }: Extract<Invocation, { command: 'explain' }>): Promise<number> {
  let explanation: Explanation
  try {
    const sandbox = await openSandbox(policy)
    explanation = sandbox.explain()
    await sandbox.close()
  } catch (error) {
    if (json) print(`${JSON.stringify(runFailure(error), null, 2)}\n`)
    else if (error instanceof SandboxError && error.unenforceable !== undefined) print(text(refusalLines(error)))
    throw error
  }
  print(json ? `${JSON.stringify(explanation, null, 2)}\n` : text(explanationLines(explanation)))
  return EXIT.success
}

function explanationLines({ plan, policy, probes }: Explanation): string[] {
  const warnings = policy.warnings.map((warning) => `  ${warning}`)
  return [
    ...explainPlan(plan),
    'backends tried:',
    ...probes.map((probe) => `  ${probeLine(probe, plan.backend)}`),
    ...(warnings.length > 0 ? ['warnings:', ...warnings] : []),
  ]
}

function probeLine({ backend, available, message, hint }: BackendProbe, chosen: string): string {
  if (!available) return `${backend}: cannot start here: ${[message, hint].filter(Boolean).join('; ')}`
  return backend === chosen ? `${backend}: in use` : `${backend}: can start, but does not enforce all of the policy`
}

function refusalLines({ backend, unenforceable = [] }: SandboxError): string[] {
  const rules = unenforceable as Parameters<typeof explainUnenforceable>[0]
  return [`${backend} cannot enforce:`, ...explainUnenforceable(rules).map((line) => `  ${line}`)]
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${oneLine(line)}\n`).join('')
}
