/** The p-quantile of numbers, 0 <= p <= 1. */
export function quantile(numbers, p) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))]
}

/** Median and p99 of samples `{ total, stall? }` in microseconds; without a stall where none was measured. */
export function summaryOf(samples) {
  const totals = samples.map(({ total }) => total)
  const stalls = samples.flatMap(({ stall }) => stall ?? [])
  return {
    samples: totals.length,
    medianUs: quantile(totals, 0.5),
    p99Us: quantile(totals, 0.99),
    ...(stalls.length > 0 && { stallMedianUs: quantile(stalls, 0.5), stallP99Us: quantile(stalls, 0.99) }),
  }
}

/** How much the largest is above the smallest: 0.2 is 20 %. */
export function spread(numbers) {
  return Math.max(...numbers) / Math.min(...numbers) - 1
}
