/** Lines over a logarithmic axis on either side. The legend has the order in which the lines end. */
import { logScale, tickLabel } from './log-scale.mjs'
import { colour, element, FONT_SIZE, line, marker, svgDocument, text, textWidth } from './svg.mjs'

const TOP = 56
const BOTTOM = 400
const RIGHT = 600
const GAP = 16

/** `{ title, xLabel, yLabel, series: [{ label, points: [[x, y], ...] }] }`. Labels of x stand at the points. */
export function linesSvg({ title, xLabel, yLabel, series }) {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b)
  const ys = series.flatMap(({ points }) => points.map(([, y]) => y))
  const yScale = logScale(ys, BOTTOM, TOP)
  const left = 3 * GAP + Math.max(...yScale.ticks.map((tick) => textWidth(tickLabel(tick))))
  const xScale = logScale(xs, left + 10, RIGHT - 10)
  const order = series.map((_, index) => index).sort((a, b) => lastOf(series[b]) - lastOf(series[a]))
  const legendWidth = Math.max(...series.map(({ label }) => textWidth(label)))
  const width = Math.max(RIGHT + 3 * GAP + legendWidth + GAP, GAP + textWidth(title) * 1.3)
  return svgDocument({ title, width, height: BOTTOM + 64 }, [
    ...yScale.ticks.flatMap((tick) => horizontalLine(tick, yScale.position(tick), left)),
    ...xs.flatMap((x) => xTick(x, xScale.position(x))),
    line('axis', left, TOP, left, BOTTOM),
    line('axis', left, BOTTOM, RIGHT, BOTTOM),
    ...series.flatMap(({ points }, index) => seriesMarks(points, index, xScale, yScale)),
    ...order.flatMap((index, row) => legendEntry(series[index].label, index, TOP + 8 + row * 24)),
    text(xLabel, (left + RIGHT) / 2, BOTTOM + 44, { anchor: 'middle', className: 'quiet' }),
    verticalText(yLabel, GAP + FONT_SIZE / 2, (TOP + BOTTOM) / 2),
  ])
}

const lastOf = ({ points }) => points.at(-1)[1]

function horizontalLine(tick, y, left) {
  return [
    line('grid', left, y, RIGHT, y),
    text(tickLabel(tick), left - 8, y + FONT_SIZE / 3, { anchor: 'end', className: 'quiet' }),
  ]
}

function xTick(value, x) {
  return [
    line('axis', x, BOTTOM, x, BOTTOM + 5),
    text(tickLabel(value), x, BOTTOM + 22, { anchor: 'middle', className: 'quiet' }),
  ]
}

function seriesMarks(points, index, xScale, yScale) {
  const places = points.map(([x, y]) => [xScale.position(x), yScale.position(y)])
  return [
    element('polyline', {
      class: `stroke ${colour(index)}`,
      points: places.map((place) => place.map((number) => number.toFixed(1)).join(',')).join(' '),
    }),
    ...places.map(([x, y]) => marker(index, x, y)),
  ]
}

function legendEntry(label, index, y) {
  return [marker(index, RIGHT + 2 * GAP, y), text(label, RIGHT + 3 * GAP, y + FONT_SIZE / 3)]
}

function verticalText(content, x, y) {
  return text(content, x, y, { anchor: 'middle', className: 'quiet', transform: `rotate(-90 ${x} ${y})` })
}
