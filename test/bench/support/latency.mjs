/** Latencies in tables and plots. */
import { summaryOf } from './statistics.mjs'

export const milliseconds = (microseconds) => microseconds / 1e3

export const latencyColumns = ['', 'starts', 'median µs', 'ratio', 'p99 µs', 'stall median µs', 'stall p99 µs']

/** `floor` is the summary that the ratio is to. */
export function latencyRow(name, summary, floor) {
  const { samples, medianUs, p99Us, stallMedianUs, stallP99Us } = summary
  const ratio = (medianUs / floor.medianUs).toFixed(2)
  return [name, samples, Math.round(medianUs), ratio, Math.round(p99Us), rounded(stallMedianUs), rounded(stallP99Us)]
}

function rounded(number) {
  return number === undefined ? '' : Math.round(number)
}

/** Of each variant by name. */
export function summaries(samples) {
  return Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, summaryOf(values)]))
}

/** What was left out of the numbers of these parents, and why. */
export function absences(parents) {
  const reasons = parents.flatMap(({ opened, failures }) => [
    ...Object.entries(opened.absent).map(([name, reason]) => `${name}: ${reason}`),
    ...Object.entries(failures).map(([name, { count, message }]) => `${name}: ${count} starts failed, ${message}`),
  ])
  return [...new Set(reasons)]
}

/** A table of medians with a column for each of `values`, and the same as lines; `runs` are the summaries of each. */
export function medianSeries(values, runs) {
  const names = Object.keys(runs[0]).filter((name) => runs.every((run) => run[name] !== undefined))
  return {
    rows: names.map((name) => [name, ...runs.map((run) => Math.round(run[name].medianUs))]),
    series: names.map((label) => ({
      label,
      points: values.map((value, index) => [value, milliseconds(runs[index][label].medianUs)]),
    })),
  }
}
