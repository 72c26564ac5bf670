/**
 * What becomes of limits on Windows: those that a job holds, and those that the host program holds.
 *
 * Reference: "JOBOBJECT_BASIC_LIMIT_INFORMATION", "JOBOBJECT_EXTENDED_LIMIT_INFORMATION" on learn.microsoft.com.
 */
import type { LimitKind, LimitMeans } from './types.js'

const MEANS: Readonly<Record<LimitKind, LimitMeans>> = {
  memoryBytes: {
    means: {
      mechanism: 'job',
      exact: true,
      by: 'JobMemoryLimit of the job',
      note: 'memory that all processes have committed; what would pass it fails to be allocated, which no result tells',
    },
  },
  processes: {
    means: {
      mechanism: 'job',
      exact: true,
      by: 'ActiveProcessLimit of the job',
      note: 'without threads; one more fails to start',
    },
  },
  cpuSeconds: {
    means: {
      mechanism: 'job',
      exact: false,
      by: 'PerJobUserTimeLimit of the job',
      note: 'time in user mode of all processes; all of them are ended some time after it is passed',
    },
  },
  wallMs: {
    means: { mechanism: 'host', exact: false, by: 'a timer of the host program', note: 'everything is ended' },
  },
  outputBytes: {
    means: {
      mechanism: 'host',
      exact: true,
      by: 'counting by the host program',
      note: 'nothing past it is passed on; how much the command had written by its end is open',
    },
  },
  openFiles: { reason: 'a job does not count handles' },
  fileSizeBytes: { reason: 'a job does not limit the size of files' },
}

export function jobMeans(kind: LimitKind): LimitMeans {
  return MEANS[kind]
}
