/** Starts in a second: one after the other, and eight in flight. */
import { absences } from './support/latency.mjs'
import { shuffled, withParents } from './support/parent.mjs'
import { quantile } from './support/statistics.mjs'
import { FLOOR, ISOLATIONS, PLAIN } from './support/variants.mjs'

export const title = 'Starts in a second'

const ROUNDS = 12
const BATCH = 48
const IN_FLIGHT = [1, 8]
const NAMES = [FLOOR, PLAIN, 'namespaces', ...ISOLATIONS, 'bubblewrap', 'bare bwrap, equal arguments', 'landlock']

export async function measure(context) {
  const rounds = context.rounds ?? ROUNDS
  return withParents([{ context, names: context.select(NAMES), heapMb: 50 }], async ([parent]) => {
    const rates = await ratesOf(parent, rounds)
    const names = parent.opened.present
    return {
      conditions: [`median of ${rounds} batches of ${BATCH} /bin/true each, batches of all variants in turn`],
      skipped: absences([parent]),
      tables: [
        {
          columns: ['starts/s', 'sequential', 'ratio', '8 in flight', 'ratio'],
          rows: names.map((name) => [
            name,
            ...IN_FLIGHT.flatMap((_, index) => [
              Math.round(rates[name][index]),
              (rates[name][index] / rates[FLOOR][index]).toFixed(2),
            ]),
          ]),
        },
      ],
      plots: [
        {
          kind: 'dots',
          file: 'throughput',
          title: 'Starts of /bin/true in a second',
          xLabel: 'starts/s, logarithmic; more is better',
          series: ['sequential', '8 in flight'],
          rows: names.map((label) => ({ label, values: rates[label] })),
        },
      ],
      data: { inFlight: IN_FLIGHT, startsPerSecond: rates },
    }
  })
}

/** By name, for each of IN_FLIGHT. */
async function ratesOf(parent, rounds) {
  const names = parent.opened.present
  const samples = Object.fromEntries(names.map((name) => [name, IN_FLIGHT.map(() => [])]))
  await parent.sample(names)
  for (let round = 0; round < rounds; round++) {
    for (const name of shuffled(names)) {
      for (const [index, inFlight] of IN_FLIGHT.entries()) {
        const took = await parent.ask('batch', { name, count: BATCH, inFlight })
        samples[name][index].push((BATCH * 1e6) / took)
      }
    }
  }
  return Object.fromEntries(names.map((name) => [name, samples[name].map((values) => quantile(values, 0.5))]))
}
