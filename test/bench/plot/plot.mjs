/** A plot as SVG. `kind` is dots or lines; the other fields are those of dots.mjs and lines.mjs. */
import { dotsSvg } from './dots.mjs'
import { linesSvg } from './lines.mjs'

const KINDS = { dots: dotsSvg, lines: linesSvg }

export function plotSvg({ kind, ...plot }) {
  return KINDS[kind](plot)
}
