/** Starts in a sandbox. */
import { once } from 'node:events'
import { Absent } from './absent.mjs'
import { timeBatch } from './timing.mjs'
import { childVariant, floorVariant, PROGRAM } from './variant.mjs'

/** Loaded by whoever opens one: a parent without sandboxes stays as small as Node is. */
const load = () => import('../../../dist/index.js')

const WEAKER = { 'protected-paths': 'best-effort', 'nested-repositories': 'best-effort' }

/** Options of Sandbox.create. The first is what a program gets that asks for nothing, on a machine that can do it. */
const OPTIONS = {
  namespaces: { backend: 'namespaces' },
  'namespaces, isolation command': { backend: 'namespaces', isolation: 'command' },
  'namespaces, isolation session': { backend: 'namespaces', isolation: 'session' },
  'namespaces, isolation fresh': { backend: 'namespaces', isolation: 'fresh' },
  'namespaces, no Landlock': { backend: 'namespaces', landlock: { maxAbi: 0 } },
  'namespaces, read-only': { backend: 'namespaces', policy: 'read-only' },
  'namespaces, 500 rules': { backend: 'namespaces', policy: manyRules(500) },
  bubblewrap: { backend: 'bubblewrap' },
  landlock: { backend: 'landlock', policy: { extends: 'workspace-write', protections: WEAKER } },
}

const opened = (name, stdio) => (context) => sandboxVariant(context, OPTIONS[name], stdio)

const { namespaces, ...others } = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, opened(name)]))

export const SANDBOXES = {
  namespaces,
  'namespaces, pipes': opened('namespaces', 'pipe'),
  'namespaces, exec': (context) => execVariant(context, OPTIONS.namespaces),
  ...others,
  'bare bwrap, equal arguments': bareBwrap,
}

async function sandboxVariant(context, options, stdio) {
  const sandbox = await open(context, options)
  const { mounts, landlock } = sandbox.explain().plan
  const variant = childVariant({
    spawn: (command, args, spawnOptions) => sandbox.spawn(command, args, spawnOptions),
    kill: (child) => child.kill('SIGKILL'),
    stdio,
    note: `${mounts.length} mounts, ${landlock?.rules.length ?? 'no'} Landlock rules`,
    end: () => sandbox.close(),
  })
  return { ...variant, once: keptBusy(variant.once) }
}

/** The call that collects the output. */
async function execVariant(context, options) {
  const sandbox = await open(context, options)
  const start = async () => {
    const before = performance.now()
    const { failed } = await sandbox.exec(PROGRAM)
    if (failed) throw new Error(`${PROGRAM} failed`)
    return { total: (performance.now() - before) * 1e3 }
  }
  return {
    once: keptBusy(start),
    batch: (count, inFlight) => timeBatch(start, count, inFlight),
    async drain(command, args) {
      const { stdout, truncated } = await sandbox.exec(command, args, { encoding: 'buffer' })
      return stdout.length + truncated.stdout
    },
    end: () => sandbox.close(),
  }
}

/** What is set up for many commands goes when none comes for a while. To set it up again is measured by idle.mjs only. */
function keptBusy(start) {
  let last = Number.NEGATIVE_INFINITY
  return async ({ afterIdle = false } = {}) => {
    if (!afterIdle && performance.now() - last > 1000) await start()
    const sample = await start()
    last = performance.now()
    return sample
  }
}

/** Its arguments name stubs, which are there as long as a command of the sandbox runs. */
async function bareBwrap(context) {
  const sandbox = await open(context, OPTIONS.bubblewrap)
  const sleeper = sandbox.spawn('sleep', ['1000000'], { stdio: 'ignore' })
  await once(sleeper, 'spawn')
  // When the host takes a stub away the sandbox ends its commands; the starts that fail then are counted.
  sleeper.on('error', () => {})
  const { executable, args } = sandbox.explain().plan.bubblewrap
  const variant = floorVariant(context, [executable, ...args, '--', PROGRAM], { note: `${args.length} arguments` })
  return {
    ...variant,
    async end() {
      variant.end()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}

async function open({ directory }, options) {
  const { Sandbox } = await load()
  const all = { policy: 'workspace-write', cwd: directory, ...options }
  if (options.isolation !== undefined && !(await knowsIsolation(Sandbox, all))) {
    throw new Absent('Sandbox.create has no option `isolation` in this build')
  }
  try {
    return await Sandbox.create(all)
  } catch (error) {
    throw new Absent(error.message, { cause: error })
  }
}

/** An option that is known refuses what makes no sense; one that is not is passed over. */
async function knowsIsolation(Sandbox, options) {
  try {
    const sandbox = await Sandbox.create({ ...options, isolation: 'none of these' })
    await sandbox.close()
    return false
  } catch (error) {
    return error instanceof TypeError
  }
}

function manyRules(count) {
  const rules = Array.from({ length: count }, (_, index) => [`./rule-${index}`, 'none'])
  return { extends: 'workspace-write', filesystem: Object.fromEntries(rules) }
}
