/** Whether this system makes tokens that keep a command from writing. Wine, for one, does not. */
import { realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isNativeFailure, sandboxErrorOf } from '../failure.js'
import type { WindowsBinding } from '../native/binding-types.js'
import type { WindowsFacts } from '../plan/types.js'
import type { BackendStatus } from './status.js'

interface WindowsRequest {
  binding: WindowsBinding
  stateDirectory: string
}

export async function probeToken({ binding, stateDirectory }: WindowsRequest): Promise<BackendStatus> {
  const backend = 'restricted-token'
  let facts: WindowsFacts | undefined
  try {
    facts = { ...binding.windowsFacts(), stateDirectory, home: await profile() }
    await binding.checkToken()
    return { backend, facts }
  } catch (failure) {
    if (!isNativeFailure(failure)) throw failure
    return { backend, ...(facts !== undefined && { facts }), error: sandboxErrorOf(failure, { backend }) }
  }
}

/** As rules have it: with the names that the file system shows. */
async function profile(): Promise<string> {
  const home = homedir()
  return realpath(home).catch(() => home)
}
