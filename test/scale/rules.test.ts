/** Hundreds of rules of every kind in one policy: each of them holds, and nothing of them stays on the host. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { type Policy, Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { temporaryDirectory } from '../support/sandboxes.js'

const RULES = 500

type Rules = NonNullable<Policy['filesystem']>

/** `r`, `w`, `rw` or nothing: what a command may do with the file. `m`: it may make something at the missing path. */
type Verdict = '' | 'r' | 'rw' | 'm'

interface Kind {
  rules: Rules
  /** Relative paths of files and what should come out for them. */
  files: Record<string, Verdict>
  missing?: Record<string, Verdict>
}

/** Each gives one or two rules, and a control beside them. */
const KINDS: Array<(name: string) => Kind> = [
  (name) => ({ rules: { [`./${name}`]: 'read' }, files: { [`${name}/a/file`]: 'r' } }),
  (name) => ({ rules: { [`./${name}`]: 'none' }, files: { [`${name}/a/file`]: '' } }),
  (name) => ({ rules: { [`./${name}/held`]: 'read' }, files: { [`${name}/held`]: 'r', [`${name}/free`]: 'rw' } }),
  (name) => ({ rules: { [`./${name}/secret`]: 'none' }, files: { [`${name}/secret`]: '', [`${name}/free`]: 'rw' } }),
  (name) => ({
    rules: { [`./${name}`]: 'read', [`./${name}/open`]: 'write' },
    files: { [`${name}/file`]: 'r', [`${name}/open/file`]: 'rw' },
  }),
  (name) => ({
    rules: { [`./${name}`]: 'none', [`./${name}/shown`]: 'read' },
    files: { [`${name}/file`]: '', [`${name}/shown/file`]: 'r' },
  }),
  (name) => ({
    rules: { [`./${name}/later`]: 'read' },
    files: { [`${name}/file`]: 'rw' },
    missing: { [`${name}/later`]: '', [`${name}/other`]: 'm' },
  }),
  (name) => ({
    rules: { [`./${name}/later`]: 'none' },
    files: { [`${name}/file`]: 'rw' },
    missing: { [`${name}/later`]: '', [`${name}/other`]: 'm' },
  }),
]

function makeKinds(): Kind[] {
  const kinds: Kind[] = []
  for (let made = 0; made < RULES; ) {
    // Some beside each other, some deep.
    const name = made % 3 === 0 ? `deep/${made % 7}/${made}` : `${made}`
    const kind = (KINDS[kinds.length % KINDS.length] as (name: string) => Kind)(name)
    kinds.push(kind)
    made += Object.keys(kind.rules).length
  }
  return kinds
}

/** `path verdict` for each line of the input. No process for each: only what the shell has built in. */
const PROBE = `
  while read -r path missing; do
    verdict=
    if [ "$missing" ]; then { true > "$path/made" || true > "$path"; } 2>/dev/null && verdict=m
    else
      { read -r line < "$path"; } 2>/dev/null && verdict=r
      { echo more >> "$path"; } 2>/dev/null && verdict=$verdict"w"
    fi
    echo "$path $verdict"
  done`

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test(`${RULES} rules of mixed kinds`, { timeout: 120_000 }, async () => {
    const work = temporaryDirectory()
    const kinds = makeKinds()
    const files = Object.assign({}, ...kinds.map((kind) => kind.files)) as Record<string, Verdict>
    const missing = Object.assign({}, ...kinds.map((kind) => kind.missing)) as Record<string, Verdict>
    for (const file of Object.keys(files)) {
      mkdirSync(dirname(join(work, file)), { recursive: true })
      writeFileSync(join(work, file), 'line\n')
    }
    const filesystem = Object.assign({ ':cwd': 'write' }, ...kinds.map((kind) => kind.rules)) as Rules
    expect(Object.keys(filesystem).length).toBeGreaterThanOrEqual(RULES)
    const before = readdirSync(work, { recursive: true })

    const sandbox = await Sandbox.create({ policy: { extends: 'read-only', filesystem }, cwd: work, backend })
    const input = [...Object.keys(files), ...Object.keys(missing).map((path) => `${path} missing`)]
    const { stdout } = await sandbox.exec('sh', ['-c', PROBE], { input: `${input.join('\n')}\n` })
    const found = Object.fromEntries(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    )
    expect(found).toEqual({ ...files, ...missing })

    await sandbox.close()
    const made = Object.keys(missing).filter((path) => missing[path] === 'm')
    expect(readdirSync(work, { recursive: true }).sort()).toEqual([...before, ...made].sort())
  })
})
