/** Latency of a start against the memory of the parent, which fork(2) pays for. */
import { absences, medianSeries, summaries } from './support/latency.mjs'
import { availableBytes } from './support/memory.mjs'
import { sampleInRounds, withParents } from './support/parent.mjs'
import { spread } from './support/statistics.mjs'
import { FLOOR, ISOLATIONS, PLAIN } from './support/variants.mjs'

export const title = 'Latency of a start against the memory of the parent'

const ROUNDS = 60
const SIZES_MB = [50, 256, 1024, 4096]
const NAMES = [FLOOR, PLAIN, 'namespaces', ...ISOLATIONS, 'bubblewrap', 'landlock']

export async function measure(context) {
  const rounds = context.rounds ?? ROUNDS
  const { sizes, skipped } = sizesThatFit(availableBytes())
  const options = sizes.map((heapMb) => ({ context, names: context.select(NAMES), heapMb }))
  return withParents(options, async (parents) => {
    const runs = (await sampleInRounds(parents, rounds)).map(summaries)
    const { rows, series } = medianSeries(sizes, runs)
    return {
      conditions: [
        `${rounds} rounds over all variants of all parents, which live at the same time`,
        `resident: ${parents.map(({ opened }) => `${opened.rssMb} MB`).join(', ')}`,
      ],
      skipped: [...skipped, ...absences(parents)],
      tables: [
        {
          columns: ['median µs', ...sizes.map((size) => `${size} MB`), 'spread'],
          rows: rows.map((row) => [...row, `${Math.round(100 * spread(row.slice(1)))} %`]),
        },
      ],
      plots: [
        {
          kind: 'lines',
          file: 'heap',
          title: 'Latency against the memory of the parent',
          xLabel: 'resident memory of the parent, MB, logarithmic',
          yLabel: 'median, milliseconds, logarithmic',
          series,
        },
      ],
      data: { sizes, runs },
    }
  })
}

/** All parents live at once, and a part of the memory stays for the rest of the machine. */
function sizesThatFit(available) {
  const sizes = []
  const skipped = []
  let left = 0.8 * available
  for (const size of SIZES_MB) {
    left -= size * 1e6
    if (left > 0) sizes.push(size)
    else skipped.push(`parent of ${size} MB: only ${Math.round(available / 1e6)} MB are free`)
  }
  return { sizes, skipped }
}
