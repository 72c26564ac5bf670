/** Warnings for the program: published on the channel `ringfence:warning` of node:diagnostics_channel. */
import { channel } from 'node:diagnostics_channel'

export interface RingfenceWarning {
  /** For people. */
  message: string
}

export function publishWarning(message: string): void {
  const warnings = channel('ringfence:warning')
  if (warnings.hasSubscribers) warnings.publish({ message } satisfies RingfenceWarning)
}
