/** How long SIGKILL for a tree of 1,000 processes takes until all of them are gone. */

import { compile } from './support/compile.mjs'
import { absences, milliseconds } from './support/latency.mjs'
import { shuffled, withParents } from './support/parent.mjs'
import { quantile } from './support/statistics.mjs'
import { ISOLATIONS, PLAIN } from './support/variants.mjs'

export const title = 'Latency of a kill'

const ROUNDS = 10
const PROCESSES = 1000
const NAMES = [PLAIN, 'namespaces', ...ISOLATIONS, 'bubblewrap', 'landlock']

export async function measure(context) {
  const rounds = context.rounds ?? ROUNDS
  const command = compile('tree', context.directory)
  return withParents([{ context, names: context.select(NAMES) }], async ([parent]) => {
    const names = parent.opened.present
    const samples = Object.fromEntries(names.map((name) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      for (const name of shuffled(names)) {
        samples[name].push(await parent.ask('kill', { name, command, processes: PROCESSES }))
      }
    }
    const values = names.map((name) => [quantile(samples[name], 0.5), Math.max(...samples[name])].map(milliseconds))
    return {
      conditions: [
        `a tree of ${PROCESSES} processes, ${rounds} times; from the call of kill until all are gone (end of the pipe that they hold)`,
        `${PLAIN}: its process group, which is what a hostile command leaves first`,
      ],
      skipped: absences([parent]),
      tables: [
        {
          columns: ['', 'kills', 'median ms', 'longest ms'],
          rows: names.map((name, index) => [name, rounds, ...values[index].map((value) => value.toFixed(1))]),
        },
      ],
      plots: [
        {
          kind: 'dots',
          file: 'kill',
          title: `From SIGKILL until ${PROCESSES.toLocaleString('en-US')} processes are gone`,
          xLabel: 'milliseconds, logarithmic',
          series: ['median', 'longest'],
          rows: names.map((label, index) => ({ label, values: values[index] })),
        },
      ],
      data: { processes: PROCESSES, samplesUs: samples },
    }
  })
}
