/**
 * The price of a spawn: medians, and ratios to posix_spawn of the same program in the same run.
 *
 * `npm run bench` runs it for parents of 50 MB and 1 GB, rounds interleaved over all variants. Run it as an
 * ordinary user. Only ratios mean something; compare no microseconds between machines or runs.
 *
 * seccomp has no row of its own: nothing can start without it.
 */
import { spawn as spawnChild, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Sandbox } from '../../dist/index.js'
import { buildFloor, PosixSpawn } from './posix-spawn.mjs'
import { quantile, table } from './statistics.mjs'

const PROGRAM = '/bin/true'
const WEAKER = { 'protected-paths': 'best-effort', 'nested-repositories': 'best-effort' }
const SANDBOXES = {
  namespaces: { backend: 'namespaces' },
  'namespaces, no Landlock': { backend: 'namespaces', landlock: { maxAbi: 0 } },
  'namespaces, read-only': { backend: 'namespaces', policy: 'read-only' },
  'namespaces, 500 rules': { backend: 'namespaces', policy: manyRules(500) },
  bubblewrap: { backend: 'bubblewrap' },
  landlock: { backend: 'landlock', policy: { extends: 'workspace-write', protections: WEAKER } },
}

const [mode, heapMb, rounds = '100'] = process.argv.slice(2)
if (mode === 'measure') await measure(Number(heapMb), Number(rounds))
else runForEachHeap(mode ?? '100')

function runForEachHeap(count) {
  const self = fileURLToPath(import.meta.url)
  for (const heap of ['50', '1024']) {
    const { status } = spawnSync(process.execPath, [self, 'measure', heap, count], { stdio: 'inherit' })
    if (status !== 0) process.exit(status ?? 1)
  }
}

async function measure(megabytes, count) {
  const directory = mkdtempSync(join(tmpdir(), 'ringfence-bench-'))
  const ballast = fill(megabytes)
  try {
    const variants = await makeVariants(directory)
    const samples = new Map([...variants.keys()].map((name) => [name, []]))
    for (const variant of variants.values()) await variant.once()
    for (let round = 0; round < count; round++) {
      for (const [name, variant] of variants) samples.get(name).push(await variant.once())
    }
    for (const variant of variants.values()) await variant.end?.()
    const rss = Math.round(process.memoryUsage().rss / 1e6)
    console.log(`\nparent of ${rss} MB (${ballast.length} blocks), ${count} rounds, node ${process.version}\n`)
    console.log(report(samples).join('\n'))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Memory that is really there: fork(2) pays for pages in use. */
function fill(megabytes) {
  const wanted = Math.max(0, megabytes * 1e6 - process.memoryUsage().rss)
  return Array.from({ length: Math.ceil(wanted / 1e6) }, () => Buffer.alloc(1_000_000, 1))
}

async function makeVariants(directory) {
  const floor = buildFloor(directory)
  const variants = new Map()
  variants.set('posix_spawn', timedOutside(new PosixSpawn(floor, [PROGRAM])))
  variants.set('child_process.spawn', { once: () => timeChild(() => spawnChild(PROGRAM, { stdio: 'ignore' })) })
  for (const [name, options] of Object.entries(SANDBOXES)) {
    const sandbox = await tryCreate(name, { policy: 'workspace-write', cwd: directory, ...options })
    if (sandbox === undefined) continue
    variants.set(name, {
      once: () => timeChild(() => sandbox.spawn(PROGRAM, { stdio: 'ignore' })),
      end: () => sandbox.close(),
    })
    if (name === 'bubblewrap') variants.set('bare bwrap, equal arguments', bareBwrap(floor, sandbox))
  }
  return variants
}

async function tryCreate(name, options) {
  try {
    return await Sandbox.create(options)
  } catch (error) {
    console.log(`${name}: skipped, ${error.message}`)
    return undefined
  }
}

function bareBwrap(floor, sandbox) {
  const { executable, args } = sandbox.explain().plan.bubblewrap
  return timedOutside(new PosixSpawn(floor, [executable, ...args, '--', PROGRAM]))
}

function timedOutside(posixSpawn) {
  return { once: async () => ({ total: await posixSpawn.once() }), end: () => posixSpawn.end() }
}

/** total: until `close`; stall: how long the JS thread stands in the call. Microseconds. */
function timeChild(start) {
  return new Promise((resolve, reject) => {
    const before = process.hrtime.bigint()
    const child = start()
    const stall = Number(process.hrtime.bigint() - before) / 1e3
    child.once('error', reject)
    child.once('close', (code) => {
      if (code !== 0) reject(new Error(`exit code ${code}`))
      else resolve({ total: Number(process.hrtime.bigint() - before) / 1e3, stall })
    })
  })
}

function report(samples) {
  const floor = quantile(
    samples.get('posix_spawn').map(({ total }) => total),
    0.5,
  )
  const rows = [['', 'median us', 'ratio', 'p99 us', 'stall median us', 'stall p99 us']]
  for (const [name, values] of samples) {
    const totals = values.map(({ total }) => total)
    const stalls = values.flatMap(({ stall }) => stall ?? [])
    const median = quantile(totals, 0.5)
    const stallCells = stalls.length === 0 ? ['', ''] : [quantile(stalls, 0.5), quantile(stalls, 0.99)]
    rows.push([
      name,
      Math.round(median),
      (median / floor).toFixed(2),
      Math.round(quantile(totals, 0.99)),
      ...stallCells.map((cell) => (cell === '' ? '' : Math.round(cell))),
    ])
  }
  return table(rows)
}

function manyRules(count) {
  const rules = Array.from({ length: count }, (_, index) => [`./rule-${index}`, 'none'])
  return { extends: 'workspace-write', filesystem: Object.fromEntries(rules) }
}
