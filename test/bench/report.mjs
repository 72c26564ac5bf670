/** Results as Markdown that can be read as text too. */

/** `result` is what measure() of a measurement gave, with its title. */
export function sectionOf({ title, conditions = [], skipped = [], tables = [], plots = [] }) {
  return [
    `## ${title}`,
    bullets(conditions),
    ...tables.map(markdownTable),
    bullets(skipped.map((reason) => `**not measured** ${reason}`)),
    ...plots.map(({ file, title: caption }) => `![${caption}](${file}.svg)`),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** Numbers to the right. */
export function markdownTable({ columns, rows }) {
  const cells = [columns, ...rows].map((row) => row.map((cell) => String(cell).replaceAll('|', '\\|')))
  const widths = columns.map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)))
  const isText = columns.map((_, column) => column === 0 || rows.some((row) => /[^\d.,% -]/.test(row[column])))
  const line = (row) =>
    `| ${row.map((cell, column) => (isText[column] ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join(' | ')} |`
  const rule = widths.map((width, column) => (isText[column] ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  const [head, ...body] = cells
  return [line(head), line(rule), ...body.map(line)].join('\n')
}

function bullets(lines) {
  return lines.map((line) => `- ${line}`).join('\n')
}
