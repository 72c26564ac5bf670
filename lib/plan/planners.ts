/** One planner for each backend of Linux; that of Windows is planRestrictedToken(). */
import { planBubblewrap } from './bubblewrap.js'
import { planLandlock } from './landlock.js'
import { planNamespaces } from './namespaces.js'
import type { LinuxBackendName, LinuxPlanner } from './types.js'

export const LINUX_PLANNERS: Readonly<Record<LinuxBackendName, LinuxPlanner>> = {
  namespaces: planNamespaces,
  bubblewrap: planBubblewrap,
  landlock: planLandlock,
}
