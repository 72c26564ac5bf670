/** A row for each thing, a mark for each of its numbers on one logarithmic axis; the numbers stand at the end of the row. */
import { formatNumber, logScale, tickLabel } from './log-scale.mjs'
import { FONT_SIZE, line, marker, svgDocument, text, textWidth } from './svg.mjs'

const ROW = 26
const TOP = 92
const PLOT_WIDTH = 460
const GAP = 16

/** `{ title, xLabel, series: [name], rows: [{ label, values: [number or undefined, as many as series] }] }` */
export function dotsSvg({ title, xLabel, series, rows }) {
  const left = GAP + Math.max(...rows.map(({ label }) => textWidth(label))) + GAP
  const right = left + PLOT_WIDTH
  const bottom = TOP + rows.length * ROW
  const columns = columnsOf(series, rows, right + GAP)
  const scale = logScale(
    rows.flatMap(({ values }) => values.filter((value) => value !== undefined)),
    left + 10,
    right - 10,
  )
  const width = Math.max(columns.at(-1) + GAP, GAP + textWidth(title) * 1.3)
  return svgDocument({ title, width, height: bottom + 3 * ROW }, [
    ...legend(series, left),
    ...scale.ticks.flatMap((tick) => verticalLine(tick, scale.position(tick), bottom)),
    ...series.map((name, index) => text(name, columns[index], TOP - 8, { anchor: 'end', className: 'quiet' })),
    ...rows.flatMap((row, index) => rowMarks(row, TOP + (index + 0.5) * ROW, { left, scale, columns })),
    text(xLabel, (left + right) / 2, bottom + 2 * ROW, { anchor: 'middle', className: 'quiet' }),
  ])
}

/** Where the columns of numbers end. */
function columnsOf(series, rows, start) {
  let end = start
  return series.map((name, index) => {
    const cells = rows.map(({ values }) => (values[index] === undefined ? '' : formatNumber(values[index])))
    end += Math.max(...[name, ...cells].map(textWidth)) + (index === 0 ? 0 : GAP)
    return end
  })
}

function legend(series, start) {
  let x = start
  return series.map((name, index) => {
    const entry = marker(index, x + 6, 56) + text(name, x + 18, 56 + FONT_SIZE / 3)
    x += 18 + textWidth(name) + 2 * GAP
    return entry
  })
}

function verticalLine(tick, x, bottom) {
  return [
    line('grid', x, TOP, x, bottom),
    text(tickLabel(tick), x, bottom + 18, { anchor: 'middle', className: 'quiet' }),
  ]
}

function rowMarks({ label, values }, y, { left, scale, columns }) {
  const baseline = y + FONT_SIZE / 3
  const present = values.flatMap((value, index) => (value === undefined ? [] : { value, index }))
  const positions = present.map(({ value }) => scale.position(value))
  return [
    text(label, left - GAP, baseline, { anchor: 'end' }),
    line('axis', Math.min(...positions), y, Math.max(...positions), y),
    ...present.map(({ index }, order) => marker(index, positions[order], y)),
    ...present.map(({ value, index }) => text(formatNumber(value), columns[index], baseline, { anchor: 'end' })),
  ]
}
