/** What starts leave in memory: growth of the process that starts, and the size of helper processes that stay. */
import { absences } from './support/latency.mjs'
import { withParents } from './support/parent.mjs'
import { ISOLATIONS, PLAIN } from './support/variants.mjs'

export const title = 'Memory after many starts'

/** The first starts fill caches and pools. */
const WARM_UP = 200
const ROUNDS = 20
const STARTS_IN_ROUND = 100
const NAMES = [PLAIN, 'namespaces', ...ISOLATIONS, 'bubblewrap', 'landlock']

export async function measure(context) {
  const starts = STARTS_IN_ROUND * (context.rounds ?? ROUNDS)
  const found = {}
  const skipped = []
  for (const name of context.select(NAMES)) {
    await withParents([{ context, names: [name], nodeOptions: ['--expose-gc'] }], async ([parent]) => {
      skipped.push(...absences([parent]))
      if (parent.opened.present.length > 0) found[name] = await growth(parent, name, starts)
    })
  }
  return {
    conditions: [
      `${starts} starts after ${WARM_UP} to warm up, each variant in a process of its own; after a full garbage collection`,
      'processes: children of that process which are there while no command runs',
    ],
    skipped,
    tables: [
      {
        columns: ['', 'RSS MB', 'growth KB', 'bytes/start', 'processes', 'their RSS KB'],
        rows: Object.entries(found).map(([name, { before, after }]) => [
          name,
          (after.own / 1e6).toFixed(1),
          Math.round((after.own - before.own) / 1e3),
          Math.round((after.own - before.own) / starts),
          after.processes,
          Math.round(after.descendants / 1e3),
        ]),
      },
    ],
    plots: [],
    data: { starts, variants: found },
  }
}

async function growth(parent, name, starts) {
  await parent.ask('batch', { name, count: WARM_UP, inFlight: 1 })
  const before = await parent.ask('resident')
  await parent.ask('batch', { name, count: starts, inFlight: 1 })
  return { before, after: await parent.ask('resident') }
}
