/** What a person can do about a failure of Windows: a table of (stage, number, path), never of message text. */

interface WindowsHintRule {
  /** A stage, or the start of its name up to a dot. */
  stage: string
  /** Undefined: any, and none. */
  osCode?: readonly number[]
  /** Undefined: any. */
  path?: RegExp
  hint: string
}

const ACCESS_DENIED = 5
const DIRECTORY = 267
const ELEVATION_REQUIRED = 740
const NO_SUCH_LOGON_SESSION = 1312
const CANT_ACCESS_FILE = 1920

const NOT_RESTRICTED =
  'this system (Wine, for instance) makes restricted tokens that do not restrict: commands cannot be fenced here'

/** The first rule that fits wins. */
const HINTS: readonly WindowsHintRule[] = [
  {
    stage: 'windows.process.create',
    osCode: [ACCESS_DENIED, NO_SUCH_LOGON_SESSION, CANT_ACCESS_FILE],
    path: /\\WindowsApps\\/i,
    hint:
      'an app execution alias or a program of a package cannot start under a restricted token: install the program ' +
      'outside of the store, and name that one',
  },
  {
    stage: 'windows.process.create',
    osCode: [ELEVATION_REQUIRED],
    hint: 'the program asks for the rights of an administrator, which no sandboxed command gets',
  },
  {
    stage: 'windows.process.create',
    osCode: [DIRECTORY],
    hint: 'the working directory has to exist and be readable inside the sandbox',
  },
  {
    stage: 'windows.launch.command-line',
    path: /\.(bat|cmd)[. ]*$/i,
    hint: 'batch files are not started, since cmd.exe would read their arguments as commands: start what the batch file starts',
  },
  { stage: 'windows.token.read-back', hint: NOT_RESTRICTED },
  { stage: 'windows.token.unrestricted', hint: NOT_RESTRICTED },
  { stage: 'windows.token.too-weak', hint: NOT_RESTRICTED },
  {
    stage: 'windows.sid-store.corrupt',
    hint:
      'remove the file when no sandbox runs: the next one makes a new list and new ACL entries. The entries of the old ' +
      'list stay in the ACLs, where they give nobody anything',
  },
  {
    stage: 'windows.state.lock',
    hint: 'another process holds the list of capability SIDs: try again when it is done',
  },
  {
    stage: 'windows.path.no-acls',
    hint: 'the volume keeps no ACLs (FAT, exFAT): only directories on NTFS or ReFS can be writable roots',
  },
  { stage: 'windows.path.changed', hint: 'the path changed after the sandbox was created: create the sandbox anew' },
  {
    stage: 'windows.path.open',
    osCode: [ACCESS_DENIED],
    hint: 'this user may not change the ACL of the path: only directories of its own can be writable roots',
  },
  {
    stage: 'windows.acl.not-inheriting',
    hint: 'new files there inherit no rights from the directory: give yourself some that they inherit (icacls, (OI)(CI))',
  },
  {
    stage: 'windows.acl.write',
    osCode: [ACCESS_DENIED],
    hint: 'this user may not change the ACL of the path: only directories of its own can be writable roots',
  },
]

/** Undefined when nothing is known to help. */
export function windowsHintFor(failure: {
  stage: string
  osCode?: number | undefined
  path?: string | undefined
}): string | undefined {
  return HINTS.find(
    ({ stage, osCode, path }) =>
      (failure.stage === stage || failure.stage.startsWith(`${stage}.`)) &&
      (osCode === undefined || (failure.osCode !== undefined && osCode.includes(failure.osCode))) &&
      (path === undefined || path.test(failure.path ?? '')),
  )?.hint
}
