// Fences of the models, as ringfence_vectors writes them (test/native/fence_vectors.h), on this machine's files: scripts
// for ringfence_replay (test/native/windows/replay_main.cc), and what its answers are compared with.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { productPackage } from './packages.mjs'

const MOST_SHOWN = 40

function runProgram(directory, name, args) {
  const program = resolve(productPackage, '..', `${name}.exe`)
  execFileSync(program, args, { cwd: directory, timeout: 250_000, stdio: ['ignore', 'inherit', 'inherit'] })
}

/** `{ readings, trees }`, the same for the same seed. Files are written to `directory`. */
export function makeVectors(directory, { seed, cases }) {
  runProgram(directory, 'ringfence_vectors', [
    '--out',
    'vectors.json',
    '--seed',
    String(seed),
    '--cases',
    String(cases),
  ])
  return JSON.parse(readFileSync(join(directory, 'vectors.json'), 'utf8'))
}

/** The answer to each line; a line is a list of words. Paths are relative to `directory`. */
export function runScript(directory, lines) {
  writeFileSync(join(directory, 'script'), lines.map((words) => `${words.join('\t')}\n`).join(''))
  runProgram(directory, 'ringfence_replay', ['script', 'answers'])
  const answers = readFileSync(join(directory, 'answers'), 'utf8').split('\n').slice(0, -1)
  assert.equal(answers.length, lines.length, 'every line is answered')
  return answers
}

/** The SID of whoever replays the trees. */
function userOf(directory) {
  const [user] = runScript(directory, [['user']])
  assert.match(user, /^S-1-5-21-/, 'an account of its own is needed, not one of the system')
  return user
}

/** Sums of what was compared, and a line for each of the first differences. */
export function newTally({ readings }) {
  return {
    rights: 0,
    secured: 0,
    allowed: 0,
    refused: 0,
    differences: 0,
    shown: [],
    /** For each reading, how many operations are not as it has them. */
    byReading: readings.map((name) => ({ name, differences: 0 })),
  }
}

function showDifference(tally, tree, text) {
  tally.differences += 1
  if (tally.shown.length < MOST_SHOWN) {
    tally.shown.push(`tree ${tree.seed}${tree.plain ? ' (plain)' : ''}: ${text}`)
  }
}

const nameOnDisk = (tree, path) => (path === '' ? `tree-${tree.seed}` : `tree-${tree.seed}\\${path}`)

function descriptorFor(user, tree, { descriptor }) {
  return descriptor.replaceAll(tree.user, user)
}

/** Wine does not know the word for a null DACL; leaving it out means the same to AccessCheck. */
function rightsLines(user, tree) {
  return tree.nodes.map((node) => ['rights', descriptorFor(user, tree, node).replace('D:NO_ACCESS_CONTROL', '')])
}

const hex = (rights) => `0x${rights.toString(16)}`

/** `who` is `user` or `fenced`; `apart` are rights that this system is known to see otherwise. */
function compareRights(user, tree, who, answers, apart, tally) {
  for (const [index, node] of tree.nodes.entries()) {
    tally.rights += 1
    const except = descriptorFor(user, tree, node).includes(`O:${user}`) ? apart : 0
    if (((Number(answers[index]) ^ node[who]) & ~except) === 0) continue
    const answer = Number.isNaN(Number(answers[index])) ? answers[index] : hex(Number(answers[index]))
    const text = `AccessCheck gives the ${who} one ${answer}, the model ${hex(node[who])}`
    showDifference(tally, tree, `${node.path || 'the top'}: ${text}: ${descriptorFor(user, tree, node)}`)
  }
}

/** What AccessCheck gives the user, who is not restricted, on each descriptor. `apart`: see above. */
export function replayRights(directory, vectors, { apart = 0 } = {}) {
  const user = userOf(directory)
  const tally = newTally(vectors)
  const lines = vectors.trees.flatMap((tree) => rightsLines(user, tree))
  const answers = runScript(directory, [['as-user'], ...lines])
  assert.equal(answers.shift(), 'done')
  for (const tree of vectors.trees) {
    compareRights(user, tree, 'user', answers.splice(0, tree.nodes.length), apart, tally)
  }
  return tally
}

function operationLines(tree) {
  return tree.operations.flatMap(({ kind, path, to }) => {
    const names = [nameOnDisk(tree, path), ...(to === undefined ? [] : [nameOnDisk(tree, to)])]
    const lines = [['try', kind, ...names]]
    // To the models a link is asked for and not made.
    if (kind === 'link') lines.push(['remove', names[1]])
    return lines
  })
}

/** Stops at the first operation that the first reading does not expect: after it the two trees are not the same. */
export function compareOperations(tree, answers, tally) {
  const left = [...answers]
  for (const { kind, path, to, verdicts } of tree.operations) {
    const answer = left.shift()
    if (kind === 'link') left.shift()
    if (answer === 'allowed') tally.allowed += 1
    else tally.refused += 1
    const fits = verdicts.map((verdict) => answer === (verdict ? 'allowed' : 'refused'))
    for (const [index, fit] of fits.entries()) if (!fit) tally.byReading[index].differences += 1
    if (!fits.includes(true)) {
      const names = to === undefined ? path : `${path} -> ${to}`
      showDifference(tally, tree, `${kind} ${names}: ${answer}, by the model ${verdicts[0] ? 'allowed' : 'refused'}`)
    }
    if (!fits[0]) return
  }
}

/**
 * What is done with every tree needs SeBackupPrivilege and SeRestorePrivilege, as administrators have them, and a volume with
 * NTFS below `directory`.
 */
function replayTrees(directory, vectors, stepsOf) {
  const user = userOf(directory)
  const tally = newTally(vectors)
  for (const tree of vectors.trees) {
    const steps = [
      ...tree.nodes.map(({ kind, path }) => mustBeDone(['make', kind, nameOnDisk(tree, path)])),
      ...stepsOf(user, tree, tally),
      mustBeDone(['remove', nameOnDisk(tree, '')]),
    ]
    const answers = runScript(
      directory,
      steps.flatMap(({ lines }) => lines),
    )
    for (const { lines, check } of steps) check(answers.splice(0, lines.length))
  }
  return tally
}

function mustBeDone(words) {
  return { lines: [words], check: ([answer]) => assert.equal(answer, 'done', words.join(' ')) }
}

function secureStep(tree, node, descriptor, tally) {
  const step = mustBeDone(['secure', nameOnDisk(tree, node.path), descriptor])
  return {
    lines: step.lines,
    check(answers) {
      step.check(answers)
      tally.secured += 1
    },
  }
}

const fenceStep = ({ everyone, capabilities }) => mustBeDone(['as-fenced', String(everyone), ...capabilities])

/** Makes every tree with its owners and ACLs, and does all operations there with the token of a command. */
export function replayFences(directory, vectors) {
  return replayTrees(directory, vectors, (user, tree, tally) => [
    ...tree.nodes.map((node) => secureStep(tree, node, descriptorFor(user, tree, node), tally)),
    fenceStep(tree),
    { lines: rightsLines(user, tree), check: (answers) => compareRights(user, tree, 'fenced', answers, 0, tally) },
    { lines: operationLines(tree), check: (answers) => compareOperations(tree, answers, tally) },
  ])
}

/** SE_DACL_AUTO_INHERITED, which Windows has put on everything that inherits. */
const autoInherited = (descriptor) => descriptor.replace(/D:(P?)(?=\(|$)/, 'D:$1ARAI')

/**
 * Makes every tree as it was before the policy, and writes ACLs as launches do. What Windows makes of those below grants the
 * user and a command what the model says.
 */
export function replayWrites(directory, vectors) {
  return replayTrees(directory, vectors, (user, tree, tally) => {
    const lines = tree.nodes.map(({ path }) => ['rights-of', nameOnDisk(tree, path)])
    const compare = (who) => ({ lines, check: (answers) => compareRights(user, tree, who, answers, 0, tally) })
    const made = (node) => autoInherited(descriptorFor(user, tree, { descriptor: node.made }))
    return [
      ...tree.nodes.map((node) => secureStep(tree, node, made(node), tally)),
      ...tree.writes.map((write) =>
        mustBeDone(['write', nameOnDisk(tree, write.path), descriptorFor(user, tree, write)]),
      ),
      mustBeDone(['as-user']),
      compare('user'),
      fenceStep(tree),
      compare('fenced'),
    ]
  })
}

/** The readings that nothing was seen against. */
export function fittingReadings({ byReading }) {
  return byReading.filter(({ differences }) => differences === 0).map(({ name }) => name)
}

/** One line of sums, and those of the differences. */
export function reportOf(tally) {
  const { rights, secured, allowed, refused, differences, shown, byReading } = tally
  const readings = byReading.map((reading) => `${reading.differences} against "${reading.name}"`).join(', ')
  const sums = `${rights} descriptors checked, ${secured} files with one, ${allowed + refused} operations: ${allowed} allowed`
  return [...shown, `${sums}, ${refused} refused; ${differences} differences; operations: ${readings}`].join('\n')
}
