/** The price of one start: latency, and how long the JS thread stands still for it, from a parent of 50 MB. */
import { absences, latencyColumns, latencyRow, milliseconds, summaries } from './support/latency.mjs'
import { sampleInRounds, withParents } from './support/parent.mjs'
import { BASELINE_NAMES, FLOOR, PEER_NAMES, SANDBOX_NAMES } from './support/variants.mjs'

export const title = 'Latency of a start'

const ROUNDS = 200
const HEAP_MB = 50

export async function measure(context) {
  const rounds = context.rounds ?? ROUNDS
  // What is started without a sandbox is started by a process that knows nothing of sandboxes, as small as it says.
  const groups = [
    { names: BASELINE_NAMES },
    { names: SANDBOX_NAMES },
    // They take a hundred times as long as all others.
    { names: PEER_NAMES, every: 5 },
  ]
  const options = groups.map((group) => ({ ...group, context, names: context.select(group.names), heapMb: HEAP_MB }))
  return withParents(options, async (parents) => {
    const samples = await sampleInRounds(parents, rounds)
    return resultOf(parents, summaries(Object.assign({}, ...samples)), rounds)
  })
}

function resultOf(parents, variants, rounds) {
  const [plain, sandboxed] = parents.map(({ opened }) => opened)
  const notes = Object.assign({}, ...parents.map(({ opened }) => opened.notes))
  return {
    conditions: [
      `/bin/true, one after the other, ${rounds} rounds over all variants`,
      `from a parent of ${plain.rssMb} MB without sandboxes, and one of ${sandboxed.rssMb} MB with all of them`,
      'until everything of the command is gone (`close`); what is not started by Node is timed outside of it',
      'stall: how long the call stands in the JS thread',
    ],
    skipped: absences(parents),
    tables: [
      {
        columns: [...latencyColumns, 'note'],
        rows: Object.keys(variants).map((name) => [
          ...latencyRow(name, variants[name], variants[FLOOR]),
          notes[name] ?? '',
        ]),
      },
    ],
    plots: [latencyPlot(variants), stallPlot(variants)],
    data: { rssMb: { plain: plain.rssMb, sandboxed: sandboxed.rssMb }, variants },
  }
}

function latencyPlot(variants) {
  return {
    kind: 'dots',
    file: 'spawn',
    title: 'From the call until everything of /bin/true is gone',
    xLabel: 'milliseconds, logarithmic',
    series: ['median', 'p99'],
    rows: Object.entries(variants).map(([label, { medianUs, p99Us }]) => ({
      label,
      values: [medianUs, p99Us].map(milliseconds),
    })),
  }
}

function stallPlot(variants) {
  const measured = Object.entries(variants).filter(([, { stallMedianUs }]) => stallMedianUs !== undefined)
  return {
    kind: 'dots',
    file: 'stall',
    title: 'How long the JS thread stands in a call of spawn',
    xLabel: 'microseconds, logarithmic',
    series: ['median', 'p99'],
    rows: measured.map(([label, { stallMedianUs, stallP99Us }]) => ({ label, values: [stallMedianUs, stallP99Us] })),
  }
}
