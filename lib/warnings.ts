/** Warnings for the program. */
import { publish } from './events.js'

export interface RingfenceWarning {
  /** For people. */
  message: string
}

export function publishWarning(message: string): void {
  publish('ringfence:warning', () => ({ message }))
}
