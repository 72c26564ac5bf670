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
    flat('flat from 50 MB to 4 GB in the parent', heap?.sizes, heap?.runs, [50, 4096]),
    flat('flat from 20 to 2,000 mounts', mounts?.counts, mounts?.runs, [20, 2000]),
    verdict('JS stall of a start at most 0.1 ms', [variants[DEFAULT]], ({ stallMedianUs, stallP99Us }) => [
      stallMedianUs <= MOST_STALL_US,
      `median ${us(stallMedianUs)}, p99 ${us(stallP99Us)}`,
    ]),
    verdict('stdout at least as fast as child_process', outputs(output), (own, plain) => [
      own.gigabytesPerSecond >= plain.gigabytesPerSecond,
      `${own.gigabytesPerSecond.toFixed(2)} against ${plain.gigabytesPerSecond.toFixed(2)} GB/s`,
    ]),
    verdict('stdout with at most half of its event loop utilisation', outputs(output), (own, plain) => [
      own.eventLoopUtilization <= MOST_LOOP_SHARE * plain.eventLoopUtilization,
      `${percent(own.eventLoopUtilization)} against ${percent(plain.eventLoopUtilization)}`,
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

/** `ends` are the least and the most that must have been measured, give or take a tenth. */
function flat(line, values = [], runs = [], ends = []) {
  const covered = values.length > 0 && values[0] <= 1.1 * ends[0] && values.at(-1) >= 0.9 * ends[1]
  const present = covered && runs.every((run) => run[DEFAULT] !== undefined)
  return verdict(`${line}, within 20 %`, [present ? runs : undefined], () => {
    const medians = runs.map((run) => run[DEFAULT].medianUs)
    return [spread(medians) <= MOST_SPREAD, `${medians.map(us).join(', ')}: ${percent(spread(medians))}`]
  })
}

/** Of `stdout`, for the default sandbox and for child_process. */
function outputs(output) {
  return [output?.variants?.[DEFAULT], output?.variants?.[PLAIN]]
}

const us = (microseconds) => `${Math.round(microseconds)} µs`

const percent = (fraction) => `${Math.round(100 * fraction)} %`
