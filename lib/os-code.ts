/** Numbers of Windows: their names for messages, and what they mean for the start of a program. */
import type { SandboxErrorCode } from './errors.js'
import type { OsCodeKind } from './native/binding-types.js'

export interface OsCode {
  osCode: number
  osCodeKind: OsCodeKind
}

/** "System Error Codes" on learn.microsoft.com: those that a launch is known to meet. */
const WIN32_NAMES: Readonly<Record<number, string>> = {
  2: 'ERROR_FILE_NOT_FOUND',
  3: 'ERROR_PATH_NOT_FOUND',
  5: 'ERROR_ACCESS_DENIED',
  6: 'ERROR_INVALID_HANDLE',
  8: 'ERROR_NOT_ENOUGH_MEMORY',
  32: 'ERROR_SHARING_VIOLATION',
  50: 'ERROR_NOT_SUPPORTED',
  87: 'ERROR_INVALID_PARAMETER',
  109: 'ERROR_BROKEN_PIPE',
  122: 'ERROR_INSUFFICIENT_BUFFER',
  193: 'ERROR_BAD_EXE_FORMAT',
  206: 'ERROR_FILENAME_EXCED_RANGE',
  267: 'ERROR_DIRECTORY',
  740: 'ERROR_ELEVATION_REQUIRED',
  1312: 'ERROR_NO_SUCH_LOGON_SESSION',
  1314: 'ERROR_PRIVILEGE_NOT_HELD',
  1326: 'ERROR_LOGON_FAILURE',
  1337: 'ERROR_INVALID_SID',
  1344: 'ERROR_ALLOTTED_SPACE_EXCEEDED',
  1385: 'ERROR_LOGON_TYPE_NOT_GRANTED',
  1455: 'ERROR_COMMITMENT_LIMIT',
  1816: 'ERROR_NOT_ENOUGH_QUOTA',
  1920: 'ERROR_CANT_ACCESS_FILE',
}

/** `ERROR_FILE_NOT_FOUND 2`, `HRESULT 0x80004001`; the number alone where it has no name here. */
export function osCodeName({ osCode, osCodeKind }: OsCode): string {
  switch (osCodeKind) {
    case 'unreported':
      return 'failed without a number'
    case 'hresult':
      return `HRESULT 0x${osCode.toString(16).padStart(8, '0')}`
    case 'win32': {
      const name = WIN32_NAMES[osCode]
      return name === undefined ? `error ${osCode}` : `${name} ${osCode}`
    }
  }
}

/** The steps of a launch that fail for what the program is. */
export function isProgramStart(stage: string): boolean {
  return stage === 'windows.process.create' || stage === 'windows.launch.find'
}

const START_FAILURES: Readonly<Record<number, SandboxErrorCode>> = {
  2: 'SANDBOX_PROGRAM_NOT_FOUND',
  3: 'SANDBOX_PROGRAM_NOT_FOUND',
  5: 'SANDBOX_PERMISSION_DENIED',
  267: 'SANDBOX_SETUP_FAILED',
  740: 'SANDBOX_PERMISSION_DENIED',
}

/** What became of a program that did not start. */
export function startFailure(code: OsCode | undefined): SandboxErrorCode {
  if (code?.osCodeKind !== 'win32') return 'SANDBOX_EXEC_FAILED'
  return START_FAILURES[code.osCode] ?? 'SANDBOX_EXEC_FAILED'
}
