/** The name of an errno, for messages. */
import { constants } from 'node:os'

/** `ENOEXEC` for 8. Unlike util.getSystemErrorName() it knows the numbers that libuv does not. */
export function errnoName(errno: number): string {
  const names = Object.entries(constants.errno)
  return names.find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`
}
