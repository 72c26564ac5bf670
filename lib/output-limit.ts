/** The policy's `outputBytes`: counted in native code, over all outputs of a command. */
import type { NativeBinding, OutputBudget } from './native/binding-types.js'

export interface OutputLimit {
  readonly budget: OutputBudget
  /** Called once, with the first byte too many; nothing passes from then on. */
  onExceeded(): void
}

export function outputLimit(
  binding: NativeBinding,
  limitBytes: number | undefined,
  onExceeded: () => void,
): OutputLimit | undefined {
  return limitBytes === undefined ? undefined : { budget: binding.outputBudget(limitBytes), onExceeded }
}
