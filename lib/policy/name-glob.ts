/** Globs of variable names: `*` and `?`, case-insensitive, nothing else. */
export function nameMatcher(globs: readonly string[]): (name: string) => boolean {
  const expressions = globs.map((glob) => {
    const source = glob
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('?', '.')
      .replace(/\*+/g, '.*')
    return new RegExp(`^${source}$`, 'is')
  })
  return (name) => expressions.some((expression) => expression.test(name))
}
