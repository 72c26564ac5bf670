/** Output of a command that writes at full speed: throughput, CPU and event loop of the process that takes it. */
import { compile } from './support/compile.mjs'
import { absences } from './support/latency.mjs'
import { shuffled, withParents } from './support/parent.mjs'
import { quantile } from './support/statistics.mjs'
import { ISOLATIONS, PLAIN } from './support/variants.mjs'

export const title = 'Output of a command'

const ROUNDS = 9
const TOTAL = 500e6
const WRITE_SIZES = [4096, 65_536]
const NAMES = [PLAIN, 'namespaces', 'namespaces, exec', ...ISOLATIONS]
const FIELDS = ['gigabytesPerSecond', 'cpuMsPerGigabyte', 'eventLoopUtilization']

export async function measure(context) {
  const rounds = context.rounds ?? ROUNDS
  const command = compile('writer', context.directory)
  return withParents([{ context, names: context.select(NAMES) }], async ([parent]) => {
    const sizes = {}
    for (const size of WRITE_SIZES) sizes[size] = await variantsAt(size, parent, command, rounds)
    return {
      conditions: [`${TOTAL / 1e6} MB a command, medians of ${rounds} rounds over all variants`],
      skipped: absences([parent]),
      tables: WRITE_SIZES.map((size) => tableOf(size, sizes[size])),
      plots: [plotOf(sizes, parent.opened.present)],
      data: { sizes },
    }
  })
}

/** Medians by name. */
async function variantsAt(size, parent, command, rounds) {
  const names = parent.opened.present
  const samples = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    for (const name of shuffled(names)) {
      const args = [String(size), String(TOTAL)]
      const sample = await parent.ask('drain', { name, command, args, total: TOTAL })
      if (round >= 0) samples[name].push(sample)
    }
  }
  const median = (name, field) =>
    quantile(
      samples[name].map((sample) => sample[field]),
      0.5,
    )
  return Object.fromEntries(
    names.map((name) => [name, Object.fromEntries(FIELDS.map((field) => [field, median(name, field)]))]),
  )
}

function tableOf(size, variants) {
  const plain = variants[PLAIN]
  const ratio = (variant, field) => (plain === undefined ? '' : (variant[field] / plain[field]).toFixed(2))
  return {
    columns: [`writes of ${size / 1024} KiB`, 'GB/s', 'ratio', 'CPU ms/GB', 'event loop', 'ratio'],
    rows: Object.entries(variants).map(([name, variant]) => [
      name,
      variant.gigabytesPerSecond.toFixed(2),
      ratio(variant, 'gigabytesPerSecond'),
      Math.round(variant.cpuMsPerGigabyte),
      `${Math.round(100 * variant.eventLoopUtilization)} %`,
      ratio(variant, 'eventLoopUtilization'),
    ]),
  }
}

function plotOf(sizes, names) {
  return {
    kind: 'dots',
    file: 'output',
    title: 'Output of a command that writes at full speed',
    xLabel: 'GB/s, logarithmic; more is better',
    series: WRITE_SIZES.map((size) => `writes of ${size / 1024} KiB`),
    rows: names.map((label) => ({
      label,
      values: WRITE_SIZES.map((size) => sizes[size][label].gigabytesPerSecond),
    })),
  }
}
