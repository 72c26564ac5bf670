/**
 * A process that starts commands and times them. Its size, mounts and variants are what is measured, so it is a process
 * of its own; parent.mjs tells it what to do, one message at a time.
 */
import { readFileSync } from 'node:fs'
import { Absent } from './absent.mjs'
import { timeDrain } from './draining.mjs'
import { residentBytes } from './memory.mjs'
import { timeKill } from './timing.mjs'
import { makeVariant } from './variants.mjs'

const variants = new Map()
const ballast = []

const ACTIONS = {
  async open({ context, names, heapMb }) {
    fill(heapMb)
    const absent = {}
    const notes = {}
    for (const name of names) {
      try {
        const variant = await makeVariant(name, context)
        variants.set(name, variant)
        if (variant.note !== undefined) notes[name] = variant.note
      } catch (error) {
        if (!(error instanceof Absent)) throw error
        absent[name] = error.message
      }
    }
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n').length
    return { present: [...variants.keys()], absent, notes, mounts, rssMb: Math.round(process.memoryUsage().rss / 1e6) }
  },

  async round({ names, ...options }) {
    const samples = {}
    const failures = {}
    for (const name of names) {
      try {
        samples[name] = await variants.get(name).once(options)
      } catch (error) {
        failures[name] = error.message
      }
    }
    return { samples, failures }
  },

  batch: ({ name, count, inFlight }) => variants.get(name).batch(count, inFlight),

  kill: ({ name, command, processes }) => timeKill(variants.get(name).tree, command, processes),

  drain: ({ name, command, args, total }) => timeDrain(variants.get(name).drain, command, args, total),

  resident: async () => {
    globalThis.gc()
    return residentBytes(process.pid)
  },

  async close() {
    for (const variant of variants.values()) await variant.end?.()
    process.disconnect()
  },
}

/** Memory that is really there: fork(2) pays for pages in use. */
function fill(megabytes) {
  const wanted = Math.max(0, megabytes * 1e6 - process.memoryUsage().rss)
  for (let bytes = 0; bytes < wanted; bytes += 1e6) ballast.push(Buffer.alloc(1e6, 1))
}

// After close(), and when whoever asks is gone: nothing of a variant may keep this process alive.
process.on('disconnect', () => process.exit())

process.on('message', async ({ action, ...request }) => {
  try {
    const value = await ACTIONS[action](request)
    if (process.connected) process.send({ value: value ?? null })
  } catch (error) {
    process.send({ error: error.stack })
  }
})
