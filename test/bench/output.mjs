/**
 * Output of a command that writes at full speed: throughput, CPU of this process and utilisation of its event loop,
 * each round next to the pipes of node:child_process.
 *
 * `npm run bench:output [rounds] [megabytes]`. Run it as an ordinary user on an idle machine. The ratios are medians
 * of the rounds, each to the child_process of the same round and size of writes; only they mean something.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { Sandbox } from '../../dist/index.js'
import { quantile, table } from './statistics.mjs'

const WRITE_SIZES = [4096, 65_536]
const REFERENCE = 'child_process.spawn'

const [rounds = '9', megabytes = '1000'] = process.argv.slice(2)
await measure(Number(rounds), Number(megabytes) * 1e6)

async function measure(count, total) {
  const directory = mkdtempSync(join(tmpdir(), 'ringfence-bench-'))
  const sandbox = await Sandbox.create({ policy: 'workspace-write', cwd: directory })
  const writer = buildWriter(directory)
  const variants = {
    [REFERENCE]: (args) => drain(spawn(writer, args)),
    'sandbox.spawn': (args) => drain(sandbox.spawn(writer, args)),
    'sandbox.exec': (args) => capture(sandbox, writer, args),
  }
  const samples = new Map()
  try {
    for (let round = -1; round < count; round++) {
      for (const size of WRITE_SIZES) {
        for (const [name, variant] of Object.entries(variants)) {
          const sample = await sampleOf(variant, [String(size), String(total)], total)
          if (round < 0) continue
          const key = `${name}, writes of ${size / 1024} KiB`
          samples.set(key, [...(samples.get(key) ?? []), sample])
        }
      }
    }
  } finally {
    await sandbox.close()
    rmSync(directory, { recursive: true, force: true })
  }
  const { backend } = sandbox.explain().plan
  console.log(`\n${total / 1e6} MB a command, ${count} rounds, backend ${backend}, node ${process.version}\n`)
  console.log(report(samples).join('\n'))
}

function buildWriter(directory) {
  const path = join(directory, 'writer')
  const source = fileURLToPath(new URL('writer.cc', import.meta.url))
  execFileSync('c++', ['-O2', '-std=c++20', '-o', path, source], { stdio: 'inherit' })
  return path
}

async function sampleOf(variant, args, total) {
  const cpuBefore = process.cpuUsage()
  const loopBefore = performance.eventLoopUtilization()
  const start = performance.now()
  const { bytes, chunks } = await variant(args)
  const seconds = (performance.now() - start) / 1e3
  const loop = performance.eventLoopUtilization(loopBefore)
  const cpu = process.cpuUsage(cpuBefore)
  if (bytes !== total) throw new Error(`${bytes} bytes of ${total}`)
  return {
    speed: total / seconds / 1e9,
    cpu: (cpu.user + cpu.system) / 1e3 / (total / 1e9),
    loop: loop.utilization,
    chunk: chunks === 0 ? 0 : total / chunks / 1024,
  }
}

async function drain(child) {
  let bytes = 0
  let chunks = 0
  child.stdout.on('data', (chunk) => {
    bytes += chunk.length
    chunks++
  })
  await once(child, 'close')
  return { bytes, chunks }
}

async function capture(sandbox, writer, args) {
  const { stdout, truncated } = await sandbox.exec(writer, args, { encoding: 'buffer' })
  return { bytes: stdout.length + truncated.stdout, chunks: 0 }
}

function report(samples) {
  const rows = [['', 'GB/s', 'ratio', 'CPU ms/GB', 'loop', 'ratio', 'chunk KiB']]
  for (const [name, values] of samples) {
    const reference = samples.get(name.replace(/^[^,]+/, REFERENCE))
    const median = (field) =>
      quantile(
        values.map((value) => value[field]),
        0.5,
      )
    const ratio = (field) =>
      quantile(
        values.map((value, round) => value[field] / reference[round][field]),
        0.5,
      ).toFixed(2)
    rows.push([
      name,
      median('speed').toFixed(2),
      ratio('speed'),
      Math.round(median('cpu')),
      median('loop').toFixed(3),
      ratio('loop'),
      Math.round(median('chunk')) || '',
    ])
  }
  return table(rows)
}
