/** What tests of Linux need of types that have a side for each system. */
import { loadBinding } from '../../lib/native/binding.js'
import { isWindowsBinding, type LinuxBinding } from '../../lib/native/binding-types.js'
import type { LinuxPlan, Plan } from '../../lib/plan/types.js'

export function linuxBinding(): LinuxBinding {
  const binding = loadBinding()
  if (isWindowsBinding(binding)) throw new Error('this is a test of Linux')
  return binding
}

export function linuxPlan(plan: Plan): LinuxPlan {
  if (plan.backend === 'restricted-token') throw new Error('this is a test of Linux')
  return plan
}
