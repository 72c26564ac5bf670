/** Latency of a start against the number of mounts of the host. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { absences, medianSeries, summaries } from './support/latency.mjs'
import { ownMounts } from './support/own-mounts.mjs'
import { sampleInRounds, withParents } from './support/parent.mjs'
import { makeScratch } from './support/scratch.mjs'
import { spread } from './support/statistics.mjs'
import { FLOOR, ISOLATIONS, PLAIN } from './support/variants.mjs'

export const title = 'Latency of a start against the mounts of the host'

const ROUNDS = 40
const COUNTS = [20, 500, 2000]
const NAMES = [FLOOR, PLAIN, 'namespaces', ...ISOLATIONS, 'bubblewrap', 'bare bwrap, equal arguments', 'landlock']
const MOUNT_MANY = fileURLToPath(new URL('../fixtures/mount-many.py', import.meta.url))

/** Not a temporary directory of the default policy: those are writable, which the mounts of a host seldom are. */
const OUTSIDE = '/var/tmp'

export async function measure(context) {
  const unshare = ownMounts()
  if (unshare.refusal !== undefined) return { skipped: [`all of it: ${unshare.refusal}`] }
  const top = makeScratch(OUTSIDE)
  const options = COUNTS.map((count) => ({
    context,
    names: context.select(NAMES),
    prefix: [...unshare.command, ...mountMany(join(top, String(count)), Math.max(0, count - unshare.mounts))],
  }))
  return withParents(options, (parents) => compare(parents, context.rounds ?? ROUNDS))
}

function mountMany(directory, count) {
  mkdirSync(join(directory, 'source'), { recursive: true })
  return ['python3', MOUNT_MANY, String(count), directory, '--']
}

async function compare(parents, rounds) {
  const runs = (await sampleInRounds(parents, rounds)).map(summaries)
  const counts = parents.map(({ opened }) => opened.mounts)
  const { rows, series } = medianSeries(counts, runs)
  return {
    conditions: [
      `${rounds} rounds over all variants of all parents, each in a mount namespace of its own`,
      'binds, tmpfs and read-only binds in turn, in a directory that commands may only read',
    ],
    skipped: absences(parents),
    tables: [
      {
        columns: ['median µs', ...counts.map((count) => `${count} mounts`), 'spread'],
        rows: rows.map((row) => [...row, `${Math.round(100 * spread(row.slice(1)))} %`]),
      },
    ],
    plots: [
      {
        kind: 'lines',
        file: 'mounts',
        title: 'Latency against the mounts of the host',
        xLabel: 'mounts of the host, logarithmic',
        yLabel: 'median, milliseconds, logarithmic',
        series,
      },
    ],
    data: { counts, runs },
  }
}
