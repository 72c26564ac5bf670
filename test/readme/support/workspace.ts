/** A home directory with a project in it, in which the blocks of README.md are run as their reader would run them. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { CLI } from '../../support/cli.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** What README.md calls the home directory. */
const NAME_OF_HOME = '/home/you'

const PROJECT = {
  'package.json': '{ "private": true, "type": "module", "scripts": { "test": "node --test" } }\n',
  'a.test.js': "import test from 'node:test'\ntest('a', () => {})\n",
  '.env': 'TOKEN=secret\n',
  'docs/page.md': 'a page\n',
  'docs/tmp/draft.md': 'a draft\n',
}

export interface BlockResult {
  code: number | null
  /** stdout and stderr in the order of writing; the home directory is `/home/you`. */
  output: string
}

export class ReadmeWorkspace {
  readonly #top: string
  readonly #home: string
  readonly project: string

  constructor() {
    // Not below the temporary directories: those are writable under the default policy.
    this.#top = realpathSync(mkdtempSync(join(homedir(), '.ringfence-readme-')))
    this.#home = join(this.#top, 'you')
    this.project = join(this.#home, 'project')
    for (const [name, content] of Object.entries(PROJECT)) this.writeFile(name, content)
    execFileSync('git', ['init', '--quiet', this.project])
    mkdirSync(join(this.project, 'node_modules'))
    symlinkSync(ROOT, join(this.project, 'node_modules/ringfence'))
    this.#writeNpx()
  }

  /** Relative to the project. */
  writeFile(name: string, content: string): void {
    const file = join(this.project, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }

  runShell(script: string): BlockResult {
    return this.#run('bash', ['-c', `exec 2>&1\n${script}`])
  }

  /** Checks the types against those of the package, and runs what TypeScript makes of it. */
  runTypeScript(source: string, name: string): BlockResult {
    this.writeFile(`${name}.ts`, source)
    const file = join(this.project, `${name}.ts`)
    const program = ts.createProgram([file], {
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      module: ts.ModuleKind.NodeNext,
      moduleDetection: ts.ModuleDetectionKind.Force,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')],
      strict: true,
      skipLibCheck: true,
    })
    const { diagnostics } = program.emit()
    const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics]
    if (problems.length > 0) {
      const host = {
        getCurrentDirectory: () => ROOT,
        getCanonicalFileName: (path: string) => path,
        getNewLine: () => '\n',
      }
      return { code: null, output: ts.formatDiagnostics(problems, host) }
    }
    return this.runShell(`node ${name}.js`)
  }

  remove(): void {
    rmSync(this.#top, { recursive: true, force: true })
  }

  #run(file: string, args: string[]): BlockResult {
    const { status, stdout, error } = spawnSync(file, args, {
      cwd: this.project,
      env: {
        ...process.env,
        HOME: this.#home,
        PATH: `${this.#top}/bin:${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 120_000,
    })
    if (error !== undefined) throw error
    return { code: status, output: stdout.replaceAll(this.#home, NAME_OF_HOME) }
  }

  /** `npx ringfence` is the command of this checkout, without asking npm. */
  #writeNpx(): void {
    mkdirSync(join(this.#top, 'bin'))
    const lines = ['#!/bin/sh', '[ "$1" = ringfence ] || exit 64', 'shift', `exec node '${CLI}' "$@"`, '']
    writeFileSync(join(this.#top, 'bin/npx'), lines.join('\n'), { mode: 0o755 })
  }
}

/**
 * The lines of `expected` that are not in `output` in this order. A line of `...` means nothing; one that ends with
 * ` ...` stands for every line that starts like it.
 */
export function missingLines(expected: string, output: string): string[] {
  const lines = output.split('\n')
  let from = 0
  return expected.split('\n').filter((line) => {
    if (line === '...') return false
    const start = line.endsWith(' ...') ? line.slice(0, -4) : undefined
    const found = lines.findIndex(
      (actual, index) => index >= from && (start === undefined ? actual === line : actual.startsWith(start)),
    )
    if (found !== -1) from = found + 1
    return found === -1
  })
}
