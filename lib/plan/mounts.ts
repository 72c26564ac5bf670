/**
 * Rules to mount steps, for every backend that builds a file system view.
 *
 * Order of steps:
 *   1. the root
 *   2. /dev, /proc and the hidden network interfaces of /sys, so that rules can change them afterwards
 *   3. everything else by depth, parents before children: a mount hides what was mounted below it before
 *
 * Why pins: a mount on sub/x does not stop `mv sub other; mkdir -p sub/x`. A mount point can be neither
 * renamed nor removed, so each directory between a writable root and what is protected in it becomes one.
 */

import { contains, parentOf } from '../policy/paths.js'
import type { AbsolutePath, ResolvedPolicy, ResolvedRule, RuleOrigin } from '../policy/types.js'
import { byDepth, nearestAbove } from './nearest-rule.js'
import { type PseudoVerdict, underDev, underProc } from './pseudo-file-systems.js'
import { ruleText } from './rule-text.js'
import type { LinuxFacts, MountStep, UnenforceableRule } from './types.js'

export interface MountPlan {
  steps: MountStep[]
  /** Paths that must exist while a command runs: of stubs, and of masks in writable trees. */
  stubs: AbsolutePath[]
  notes: string[]
  unenforceable: UnenforceableRule[]
}

/** How a tree looks from inside at some point of the sequence. */
type View =
  | 'read'
  | 'write'
  /** Masked, or not brought into an empty root. */
  | 'hidden'
  /** A stub is above: nothing below can exist. */
  | 'held'
  /** Made anew: /dev, /proc. */
  | 'made'

type PathStep = Extract<MountStep, { path: AbsolutePath }>

/** Rules must be sorted by depth. */
export function planMounts(rules: readonly ResolvedRule[], policy: ResolvedPolicy, facts: LinuxFacts): MountPlan {
  const root = rules[0]?.path === '/' ? rules[0].access : 'none'
  const view = new ViewBuilder(root === 'none' ? 'hidden' : root, facts)
  for (const rule of rules) if (rule.path !== '/') view.apply(rule)
  if (root === 'none') {
    for (const link of [...policy.symlinks].sort(byDepth)) view.link(link.path, link.target)
  }
  const first: MountStep[] = [
    { op: root === 'read' ? 'readonly-root' : root === 'write' ? 'writable-root' : 'empty-root' },
    { op: 'dev' },
    {
      op: 'proc',
      source: facts.mountsProc ? 'new' : 'host',
      // Files of /proc/sys are checked against the id, not a capability: 0 of the initial namespace passes.
      readonlyControls: facts.mapsFullRange,
    },
  ]
  const steps = [...first, ...view.steps.sort(byDepth)]
  if (policy.network.mode !== 'unrestricted') hideNetworkInterfaces(steps, root !== 'none')
  return {
    steps,
    stubs: view.steps
      .filter((step) => step.op === 'stub' || (step.op === 'mask' && !step.optional))
      .map((step) => step.path),
    notes: view.notes,
    unenforceable: view.unenforceable,
  }
}

/** Goes after the last step that brings in a directory above the lists of interfaces. */
function hideNetworkInterfaces(steps: MountStep[], shown: boolean): void {
  const opens = (step: MountStep) =>
    step.op === 'bind' && ['/sys', '/sys/class', '/sys/devices', '/sys/devices/virtual'].includes(step.path)
  const last = steps.findLastIndex(opens)
  if (last < 0 && !shown) return
  const afterMade = steps.findIndex((step) => step.op === 'proc')
  steps.splice(Math.max(last, afterMade) + 1, 0, { op: 'sys-net' })
}

class ViewBuilder {
  readonly steps: PathStep[] = []
  readonly notes: string[] = []
  readonly unenforceable: UnenforceableRule[] = []
  readonly #views: Map<AbsolutePath, View>
  /** Paths that are mount points, so that neither they nor anything above needs a pin. */
  readonly #mounted: Set<AbsolutePath>
  readonly #masks = new Map<AbsolutePath, Extract<MountStep, { op: 'mask' }>>()

  constructor(
    root: View,
    private readonly facts: LinuxFacts,
  ) {
    this.#views = new Map<AbsolutePath, View>([
      ['/', root],
      ['/dev', 'made'],
      ['/proc', 'made'],
    ])
    this.#mounted = new Set(['/', '/dev', '/proc'])
  }

  apply(rule: ResolvedRule): void {
    const above = isMadeAnew(rule.path) ? 'made' : this.#viewAbove(rule.path)
    if (contains('/proc', rule.path)) this.#applyUnderProc(rule)
    else if (above === 'made') this.#applyVerdict(rule, underDev(rule))
    else if (above === 'held') this.#applyUnderStub(rule)
    else if (rule.access === 'write') this.#open(rule, above)
    else if (rule.access === 'read') this.#restrict(rule, above)
    else this.#deny(rule, above)
  }

  link(path: AbsolutePath, target: string): void {
    if (!isMadeAnew(path) && this.#viewAbove(path) === 'hidden' && this.#maskAbove(path) === undefined) {
      this.steps.push({ op: 'symlink', path, target })
    }
  }

  #applyUnderProc(rule: ResolvedRule): void {
    if (rule.path !== '/proc' && this.#viewAbove(rule.path) === 'hidden') {
      if (rule.access !== 'none') {
        this.#refuse(rule, "a part of a hidden /proc cannot be shown again: it would be the host's")
      }
      return
    }
    this.#applyVerdict(rule, underProc(rule, this.facts.mountsProc ? 'new' : 'host'))
  }

  #applyVerdict(rule: ResolvedRule, verdict: PseudoVerdict): void {
    switch (verdict.kind) {
      case 'satisfied':
        if (verdict.note !== undefined) this.notes.push(verdict.note)
        break
      case 'mask':
        this.#mask(rule, verdict.type)
        break
      case 'bind':
        this.#bind(rule)
        break
      case 'refuse':
        this.#refuse(rule, verdict.reason)
    }
  }

  #applyUnderStub(rule: ResolvedRule): void {
    if (rule.access === 'write')
      this.notes.push(`${ruleText(rule)}: missing, and cannot be made: a protected path is above`)
  }

  #open(rule: ResolvedRule, above: View): void {
    if (above === 'write') return
    if (rule.type === 'missing') this.notes.push(`${ruleText(rule)}: missing, so it cannot be written`)
    else this.#bind(rule)
  }

  #restrict(rule: ResolvedRule, above: View): void {
    if (above === 'read') return
    if (above === 'write' && (rule.type === 'missing' || isBuiltIn(rule))) {
      this.#stub(rule)
    } else if (rule.type !== 'missing') {
      if (above === 'write') this.#pinAbove(rule.path, rule.origin)
      this.#bind(rule)
    } else if (rule.origin.kind === 'user') {
      this.notes.push(`${ruleText(rule)}: missing, so it is not shown`)
    }
  }

  #deny(rule: ResolvedRule, above: View): void {
    if (above === 'hidden') return
    if (rule.type !== 'missing') {
      if (above === 'write') this.#pinAbove(rule.path, rule.origin)
      this.#mask(rule, rule.type, above === 'write')
    } else if (above === 'write') {
      this.#stub(rule)
    } else {
      this.notes.push(`${ruleText(rule)}: missing; the command cannot make it, but could read it if the host does`)
    }
  }

  #bind(rule: ResolvedRule): void {
    if (rule.type === 'missing' || rule.access === 'none') return
    this.steps.push({ op: 'bind', path: rule.path, access: rule.access, type: rule.type, origin: rule.origin })
    this.#mounted.add(rule.path)
    this.#views.set(rule.path, rule.access)
    const mask = this.#maskAbove(rule.path)
    if (mask !== undefined) mask.search = true
  }

  /** `held`: it lies in a writable tree, where the command could make it anew if it were gone. */
  #mask(rule: ResolvedRule, type: 'directory' | 'file', held = false): void {
    const mask: Extract<MountStep, { op: 'mask' }> = {
      op: 'mask',
      path: rule.path,
      type,
      search: false,
      optional: !held,
      origin: rule.origin,
    }
    this.steps.push(mask)
    this.#masks.set(rule.path, mask)
    this.#mounted.add(rule.path)
    this.#views.set(rule.path, 'hidden')
  }

  #stub(rule: ResolvedRule): void {
    this.#pinAbove(rule.path, rule.origin)
    this.steps.push({ op: 'stub', path: rule.path, optional: canVanish(rule.origin), origin: rule.origin })
    this.#mounted.add(rule.path)
    this.#views.set(rule.path, rule.type === 'missing' ? 'held' : 'read')
  }

  #pinAbove(path: AbsolutePath, origin: RuleOrigin): void {
    for (let directory = parentOf(path); !this.#mounted.has(directory); directory = parentOf(directory)) {
      this.steps.push({ op: 'pin', path: directory, optional: canVanish(origin), origin })
      this.#mounted.add(directory)
    }
  }

  #viewAbove(path: AbsolutePath): View {
    return nearestAbove(this.#views, path) ?? 'hidden'
  }

  /** The mask that hides `path`, if what is nearest above it is a mask. */
  #maskAbove(path: AbsolutePath): Extract<MountStep, { op: 'mask' }> | undefined {
    const view = nearestAbove(this.#views, path)
    return view === 'hidden' ? nearestAbove(this.#masks, path) : undefined
  }

  #refuse(rule: ResolvedRule, reason: string): void {
    this.unenforceable.push({ rule: ruleText(rule), reason, enforcedBy: [] })
  }
}

/**
 * Built-in protection holds for whatever is at the path when a command starts, something or nothing: `.vscode` may
 * come and go on the host between two commands of one sandbox.
 */
function isBuiltIn(rule: ResolvedRule): boolean {
  return rule.origin.kind === 'protected' || rule.origin.kind === 'repository'
}

/** Found by a search, not named: it may be removed as a whole, and then there is nothing to protect. */
function canVanish(origin: RuleOrigin): boolean {
  return origin.kind === 'repository' || origin.kind === 'glob'
}

function isMadeAnew(path: AbsolutePath): boolean {
  return path === '/dev' || path === '/proc'
}
