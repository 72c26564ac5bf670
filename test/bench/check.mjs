/** What is promised of the numbers, and whether it holds. */
import { spread } from './support/statistics.mjs'
import { DEFAULT, FLOOR, PLAIN } from './support/variants.mjs'

const MOST_RATIO = 1.9
const MOST_SPREAD = 0.2
const MOST_STALL_US = 100
const MOST_LOOP_SHARE = 0.5

/** `data` is that of each measurement by name. `holds` is undefined where something was not measured. */
export function checkLines({ spawn, heap, mounts, output }) {
  const variants = spawn?.variants ?? {}
  return [
    verdict(
      `default isolation takes at most ${MOST_RATIO} times the median of ${FLOOR}`,
      [variants[DEFAULT], variants[FLOOR]],
      (own, floor) => [
        own.medianUs / floor.medianUs <= MOST_RATIO,
        `${us(own.medianUs)} against ${us(floor.medianUs)}: ${(own.medianUs / floor.medianUs).toFixed(2)}`,
      ],
    ),
    verdict(
      `default isolation is not above ${PLAIN} from a parent of 50 MB`,
      [variants[DEFAULT], variants[PLAIN]],
      (own, plain) => [own.medianUs <= plain.medianUs, `${us(own.medianUs)} against ${us(plain.medianUs)}`],
    ),
    flat('flat from 50 MB to 4 GB in the parent', heap?.sizes, heap?.runs, { from: 100, to: 3700 }),
    flat('flat from 20 to 2,000 mounts', mounts?.counts, mounts?.runs, { from: 100, to: 1800 }),
    verdict('JS stall of a start at most 0.1 ms', [variants[DEFAULT], variants[`${DEFAULT}, pipes`]], (...stalls) => [
      stalls.every(({ stallMedianUs }) => stallMedianUs <= MOST_STALL_US),
      `${stalls.map(({ stallMedianUs, stallP99Us }) => `median ${us(stallMedianUs)}, p99 ${us(stallP99Us)}`).join('; with pipes ')}`,
    ]),
    verdict('stdout at least as fast as child_process', outputs(output), (...pairs) => [
      pairs.every(([own, plain]) => own.gigabytesPerSecond >= plain.gigabytesPerSecond),
      `${sideBySide(pairs, ({ gigabytesPerSecond }) => gigabytesPerSecond.toFixed(2))} GB/s`,
    ]),
    verdict('stdout with at most half of its event loop utilisation', outputs(output), (...pairs) => [
      pairs.every(([own, plain]) => own.eventLoopUtilization <= MOST_LOOP_SHARE * plain.eventLoopUtilization),
      sideBySide(pairs, ({ eventLoopUtilization }) => percent(eventLoopUtilization)),
    ]),
  ]
}

export function checkReport(lines) {
  return lines.map(({ line, holds, numbers }) => {
    const word = holds === undefined ? 'not measured' : holds ? 'holds' : 'DOES NOT HOLD'
    return `${word.padEnd(13)}  ${line}${numbers === '' ? '' : `: ${numbers}`}`
  })
}

function verdict(line, parts, judge) {
  if (parts.some((part) => part === undefined)) return { line, holds: undefined, numbers: '' }
  const [holds, numbers] = judge(...parts)
  return { line, holds, numbers }
}

/** Measured it is only when it began at `from` or less and came to `to` or more. */
function flat(line, values = [], runs = [], { from, to }) {
  const covered = values.length > 0 && values[0] <= from && values.at(-1) >= to
  const present = covered && runs.every((run) => run[DEFAULT] !== undefined)
  return verdict(`${line}, within 20 %`, [present ? runs : undefined], () => {
    const medians = (name) => runs.map((run) => run[name].medianUs)
    const own = medians(DEFAULT)
    const noise = percent(spread(medians(FLOOR)))
    return [spread(own) <= MOST_SPREAD, `${own.map(us).join(', ')}: ${percent(spread(own))} (${FLOOR} ${noise})`]
  })
}

/** For each size of writes the default sandbox and child_process. */
function outputs({ sizes = {} } = {}) {
  const pairs = Object.values(sizes).map((variants) => [variants[DEFAULT], variants[PLAIN]])
  return pairs.length > 0 && pairs.flat().every((variant) => variant !== undefined) ? pairs : [undefined]
}

function sideBySide(pairs, format) {
  return pairs.map((pair) => pair.map(format).join(' against ')).join(', ')
}

const us = (microseconds) => `${Math.round(microseconds)} µs`

const percent = (fraction) => `${Math.round(100 * fraction)} %`
