/** SVG as text: elements, the frame of a plot, and its colours, for light and for dark surroundings. */

export const FONT_SIZE = 13

/** Of Okabe and Ito, who chose them so that everybody can tell them apart; the dark set is lighter. */
const LIGHT = ['#0072b2', '#d55e00', '#007a5a', '#a8487f', '#8a6d00', '#3f8fc4', '#5b5b5b', '#7a4fbf', '#b3261e']
const DARK = ['#5cb3ec', '#ff9a4d', '#3ecfa4', '#e79ac4', '#e0c341', '#9ad1f5', '#b5b5b5', '#b79cf0', '#ff8a80']

const SHAPES = [
  (x, y) => element('circle', { cx: x, cy: y, r: 4.5 }),
  (x, y) => element('rect', { x: x - 4, y: y - 4, width: 8, height: 8 }),
  (x, y) => element('path', { d: `M${round(x)} ${round(y - 5.5)}l5 9h-10z` }),
  (x, y) => element('path', { d: `M${round(x)} ${round(y - 5.5)}l5.5 5.5l-5.5 5.5l-5.5 -5.5z` }),
]

/** The mark of the series with this number. Both shape and colour differ, for those who see no colours. */
export function marker(series, x, y) {
  const shape = SHAPES[series % SHAPES.length]
  return element('g', { class: `fill ${colour(series)}` }, shape(x, y))
}

export function colour(series) {
  return `s${series % LIGHT.length}`
}

export function line(className, x1, y1, x2, y2) {
  return element('line', { class: className, x1, y1, x2, y2 })
}

/** `anchor` is start, middle or end. */
export function text(content, x, y, { anchor = 'start', className = 'text', ...attributes } = {}) {
  return element('text', { class: className, x, y, 'text-anchor': anchor, ...attributes }, escaped(content))
}

export function element(name, attributes, content = '') {
  const list = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escaped(value)}"`)
    .join('')
  return content === '' ? `<${name}${list}/>` : `<${name}${list}>${content}</${name}>`
}

/** An estimate for a sans-serif font, rather too wide. */
export function textWidth(content) {
  return String(content).length * FONT_SIZE * 0.58
}

export function svgDocument({ title, width, height }, parts) {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" role="img">`,
    element('title', {}, escaped(title)),
    element('style', {}, styleSheet()),
    element('rect', { class: 'back', width, height }),
    text(title, 16, 28, { className: 'text title' }),
    ...parts,
    '</svg>',
  ].join('\n')}\n`
}

function styleSheet() {
  const colours = (list) =>
    list.map((value, index) => `.fill.s${index}{fill:${value}}.stroke.s${index}{stroke:${value}}`).join('')
  const light = `.back{fill:#ffffff}.text{fill:#1f2328}.quiet{fill:#59636e}.grid{stroke:#d8dee4}.axis{stroke:#818b98}`
  const dark = `.back{fill:#0d1117}.text{fill:#f0f6fc}.quiet{fill:#9198a1}.grid{stroke:#2d333b}.axis{stroke:#656c76}`
  return [
    `text{font:${FONT_SIZE}px system-ui,-apple-system,"Segoe UI","Liberation Sans",Arial,sans-serif}`,
    '.title{font-size:16px;font-weight:600}.stroke{fill:none;stroke-width:2}',
    light,
    colours(LIGHT),
    `@media (prefers-color-scheme:dark){${dark}${colours(DARK)}}`,
  ].join('')
}

function escaped(value) {
  return String(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function round(value) {
  return Math.round(value * 10) / 10
}
