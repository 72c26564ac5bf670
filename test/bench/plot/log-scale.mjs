/** A logarithmic axis: from numbers to pixels, and where its labels are. */

const STEPS = [1, 2, 5]

/** Covers all numbers (positive), from one round number to another. `ticks` are at 1, 2 and 5, or at powers of ten. */
export function logScale(numbers, from, to) {
  const all = roundNumbers(Math.min(...numbers), Math.max(...numbers))
  const [low, high] = [all[0], all.at(-1)]
  const ticks = all.length > 12 ? all.filter(isPowerOfTen) : all
  const perDecade = (to - from) / Math.log10(high / low)
  return { ticks, position: (value) => from + Math.log10(value / low) * perDecade }
}

function roundNumbers(least, most) {
  const numbers = []
  for (let decade = Math.floor(Math.log10(least)); ; decade++) {
    for (const step of STEPS) {
      const number = Number((step * 10 ** decade).toPrecision(1))
      if (number <= least) numbers.length = 0
      numbers.push(number)
      if (number >= most && numbers.length > 1) return numbers
    }
  }
}

function isPowerOfTen(number) {
  const power = Math.log10(number)
  return Math.abs(power - Math.round(power)) < 1e-9
}

/** A label of the axis: as short as it can be. */
export function tickLabel(value) {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 })
}

/** Three digits, or more before the point: `0.40`, `17.3`, `1,240`. */
export function formatNumber(value) {
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
