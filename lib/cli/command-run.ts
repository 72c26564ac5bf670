/** `ringfence run`: one command in a sandbox of its own, on the caller's standard streams. */
import { pipeline } from 'node:stream/promises'
import { SandboxError } from '../errors.js'
import { loadBinding } from '../native/binding.js'
import type { SandboxedProcess } from '../process.js'
import type { Sandbox } from '../sandbox.js'
import type { Invocation } from './arguments.js'
import { warningLine } from './error-line.js'
import { exitCodeOfOutcome } from './exit-codes.js'
import { openSandbox } from './open-sandbox.js'
import { callersSize, handThrough } from './own-terminal.js'
import { openResultFile } from './result-file.js'
import { type RunReport, runFailure } from './run-report.js'
import { forwardSignals } from './signal-forwarding.js'

type RunInvocation = Extract<Invocation, { command: 'run' }>

/** @returns The exit code of ringfence. */
export async function run(invocation: RunInvocation): Promise<number> {
  const resultFile = invocation.jsonFile === undefined ? undefined : openResultFile(invocation.jsonFile)
  let report: RunReport
  try {
    report = await runInSandbox(invocation)
  } catch (error) {
    resultFile?.write(runFailure(error))
    throw error
  }
  resultFile?.write(report)
  return exitCodeOfOutcome(report)
}

async function runInSandbox(invocation: RunInvocation): Promise<RunReport> {
  const sandbox = await openSandbox(invocation.policy)
  const warn = warningPrinter(invocation.quiet)
  warn(sandbox.warnings)
  try {
    const report = await runToEnd(sandbox, invocation)
    await closeAfterRun(sandbox, report)
    report.warnings.unshift(...sandbox.warnings)
    warn(report.warnings)
    return report
  } catch (error) {
    await sandbox.close()
    throw error
  }
}

async function runToEnd(sandbox: Sandbox, invocation: RunInvocation): Promise<RunReport> {
  const { plan } = sandbox.explain()
  const [command, ...args] = invocation.argv
  const start = performance.now()
  const child = invocation.tty ? await runOnTerminal(sandbox, invocation) : await runOnStreams(sandbox, invocation)
  return {
    command,
    args,
    exitCode: child.exitCode,
    signal: child.signalCode,
    timedOut: child.timedOut,
    failed: child.exitCode !== 0 || child.timedOut,
    ...(child.limit !== undefined && { limit: child.limit }),
    denials: [],
    enforcement: plan.enforcement,
    usage: child.usage,
    durationMs: performance.now() - start,
    backend: plan.backend,
    warnings: [],
  }
}

async function runOnStreams(sandbox: Sandbox, invocation: RunInvocation): Promise<SandboxedProcess> {
  const [command, ...args] = invocation.argv
  const output = sandbox.explain().policy.limits.outputBytes === undefined ? 'inherit' : 'pipe'
  const stdio = ['inherit', output, output] as const
  const child = sandbox.spawn(command, args, { stdio, timeout: invocation.policy.timeoutMs })
  const stopForwarding = forwardSignals(child)
  try {
    await ended(child)
  } finally {
    stopForwarding()
  }
  return child
}

async function runOnTerminal(sandbox: Sandbox, invocation: RunInvocation): Promise<SandboxedProcess> {
  const [command, ...args] = invocation.argv
  const child = sandbox.spawn(command, args, { tty: callersSize(), timeout: invocation.policy.timeoutMs })
  // Longer than the terminal is not the caller's: a signal must not end this process before it is given back.
  const stopForwarding = forwardSignals(child, { except: 'SIGWINCH' })
  const giveBack = handThrough(child, loadBinding())
  try {
    await ended(child)
  } finally {
    giveBack()
    stopForwarding()
  }
  return child
}

/** Resolves after `close`; rejects when the command did not run, or not to its end. */
async function ended(child: SandboxedProcess): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    let failure: Error | undefined
    child.once('error', (error) => {
      failure = error
    })
    child.once('close', () => (failure === undefined ? resolve() : reject(failure)))
  })
  await Promise.all([closed, passOn(child.stdout, process.stdout), passOn(child.stderr, process.stderr)])
}

/** Output that has to be counted comes through pipes. When its reader is gone the command learns it by EPIPE. */
async function passOn(source: SandboxedProcess['stdout'], target: NodeJS.WriteStream): Promise<void> {
  if (source === null) return
  await pipeline(source, target, { end: false }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  })
}

/** The command has run: what could not be cleaned up after it does not undo that, but is said. */
async function closeAfterRun(sandbox: Sandbox, report: RunReport): Promise<void> {
  try {
    await sandbox.close()
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    report.warnings.push(`${error.message}; the next sandbox tries again`)
  }
}

/** Each warning once. */
function warningPrinter(quiet: boolean): (warnings: readonly string[]) => void {
  const printed = new Set<string>()
  return (warnings) => {
    for (const warning of warnings) {
      if (quiet || printed.has(warning)) continue
      printed.add(warning)
      process.stderr.write(`${warningLine(warning)}\n`)
    }
  }
}
