/** One planner for each backend. */
import { planBubblewrap } from './bubblewrap.js'
import { planLandlock } from './landlock.js'
import { planNamespaces } from './namespaces.js'
import type { BackendName, Planner } from './types.js'

export const PLANNERS: Readonly<Record<BackendName, Planner>> = {
  namespaces: planNamespaces,
  bubblewrap: planBubblewrap,
  landlock: planLandlock,
}
