#!/usr/bin/env node
/** The command `ringfence`: reads the command line, loads only what that command needs, ends with its exit code. */
import { type Invocation, parseInvocation } from './arguments.js'
import { errorLine } from './error-line.js'
import { EXIT, exitCodeOfError } from './exit-codes.js'
import { print } from './output.js'

async function dispatch(invocation: Invocation): Promise<number> {
  switch (invocation.command) {
    case 'run':
      return (await import('./command-run.js')).run(invocation)
    case 'explain':
      return (await import('./command-explain.js')).explain(invocation)
    case 'doctor':
      return (await import('./command-doctor.js')).doctor(invocation)
    case 'help':
      print((await import('./help.js')).helpText(invocation.topic))
      return EXIT.success
    case 'version':
      print(`${(await import('../package-version.js')).packageVersion()}\n`)
      return EXIT.success
  }
}

// Node's own exit code for this, 1, would look like the command's.
process.once('uncaughtException', (error) => {
  process.stderr.write(`${errorLine(error)}\n`)
  process.exit(EXIT.sandboxFailure)
})

try {
  // Not process.exitCode: a sandbox that hangs, which doctor reports, must not keep this process.
  process.exit(await dispatch(parseInvocation(process.argv.slice(2))))
} catch (error) {
  process.stderr.write(`${errorLine(error)}\n`)
  process.exit(exitCodeOfError(error))
}
