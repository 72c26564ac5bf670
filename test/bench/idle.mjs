/** Latency of a start after a pause, in which what was kept for the next command may have gone. */
import { setTimeout } from 'node:timers/promises'
import { absences, latencyColumns, latencyRow, summaries } from './support/latency.mjs'
import { sampleInRounds, withParents } from './support/parent.mjs'
import { FLOOR, ISOLATIONS, PLAIN } from './support/variants.mjs'

export const title = 'Latency of a start after a pause'

const ROUNDS = 15

/** Stubs go two seconds after the last command. */
const PAUSE_MS = 3000
const NAMES = [FLOOR, PLAIN, 'namespaces', ...ISOLATIONS, 'bubblewrap', 'landlock']

export async function measure(context) {
  const rounds = context.rounds ?? ROUNDS
  return withParents([{ context, names: context.select(NAMES), heapMb: 50 }], async ([parent]) => {
    const pause = { before: () => setTimeout(PAUSE_MS), afterIdle: true }
    const [samples] = await sampleInRounds([parent], rounds, pause)
    const variants = summaries(samples)
    return {
      conditions: [`${rounds} times, each ${PAUSE_MS / 1e3} s after the last start; all variants in turn`],
      skipped: absences([parent]),
      tables: [
        {
          columns: latencyColumns,
          rows: Object.keys(variants).map((name) => latencyRow(name, variants[name], variants[FLOOR])),
        },
      ],
      data: { pauseMs: PAUSE_MS, variants },
    }
  })
}
