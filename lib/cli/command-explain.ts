/** `ringfence explain`: what each rule becomes on this machine. Runs nothing of the caller's. */
import { examineAcls } from '../acl-examination.js'
import { SandboxError } from '../errors.js'
import type { AclReport } from '../native/binding-types.js'
import { explainPlan, explainUnenforceable } from '../plan/explain.js'
import type { BackendProbe } from '../probe/probe.js'
import type { Explanation } from '../sandbox.js'
import { aclLines } from './acl-lines.js'
import type { Invocation } from './arguments.js'
import { oneLine } from './error-line.js'
import { EXIT } from './exit-codes.js'
import { openSandbox, sandboxOptions } from './open-sandbox.js'
import { print } from './output.js'
import type { PolicyArguments } from './policy-arguments.js'
import { runFailure } from './run-report.js'

/** @returns The exit code of ringfence. */
export async function explain({ policy, json }: Extract<Invocation, { command: 'explain' }>): Promise<number> {
  let explained: Explained
  try {
    explained = await (process.platform === 'win32' ? explainAcls(policy) : explainSandbox(policy))
  } catch (error) {
    if (json) print(`${JSON.stringify(runFailure(error), null, 2)}\n`)
    else if (error instanceof SandboxError && error.unenforceable !== undefined) print(text(refusalLines(error)))
    throw error
  }
  const { explanation, acls, failure } = explained
  if (json) {
    const report = { ...explanation, ...(acls && { acls }), ...(failure && runFailure(failure)) }
    print(`${JSON.stringify(report, null, 2)}\n`)
  } else {
    print(text(explanationLines(explained)))
  }
  // What commands would run under is said; that none can be run here is an error all the same.
  if (failure !== undefined) throw failure
  return EXIT.success
}

interface Explained {
  explanation: Explanation
  acls?: AclReport[]
  failure?: SandboxError
}

async function explainSandbox(policy: PolicyArguments): Promise<Explained> {
  const sandbox = await openSandbox(policy)
  const explanation = sandbox.explain()
  await sandbox.close()
  return { explanation }
}

async function explainAcls(policy: PolicyArguments): Promise<Explained> {
  return examineAcls(await sandboxOptions(policy))
}

function explanationLines({ explanation, acls = [] }: Explained): string[] {
  const { plan, policy, probes } = explanation
  const warnings = policy.warnings.map((warning) => `  ${warning}`)
  return [
    ...explainPlan(plan),
    ...(acls.length > 0 ? ['ACLs now:', ...aclLines(plan, acls).map((line) => `  ${line}`)] : []),
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
