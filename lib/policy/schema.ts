/**
 * The shape of a policy as written: the single source for parsing and for policy.schema.json.
 * Loading zod takes some 50 ms, so this file is imported only when there is something to parse.
 */
import * as z from 'zod'
import { parseHostPattern } from './host-pattern.js'
import type { PathSystem } from './paths.js'
import { parseRulePath } from './rule-path.js'
import { type EnvironmentPolicy, type LimitsPolicy, type NetworkPolicy, type Policy, PROTECTIONS } from './types.js'

/** setTimeout takes no more milliseconds than this. */
const MAX_TIMEOUT_MS = 2_147_483_647

/** One schema for each field: neither types.ts nor this file can have one that the other lacks. */
type Fields<Type> = Record<keyof Type, z.ZodType>

const ACCESS = ['read', 'write', 'none', 'deny'] as const

const text = z.string().refine((value) => !value.includes('\0'), 'contains NUL')

const variableName = text
  .min(1, 'the name is empty')
  .refine((name) => !name.includes('='), 'the name of a variable cannot contain =')

const nameGlobs = z.array(text.min(1, 'the name is empty'))

const hostPatterns = z.array(
  z
    .string()
    .refine((pattern) => parseHostPattern(pattern) !== undefined, 'expected host, *.host or *, with an optional :port'),
)

const filesystem = (system: PathSystem) =>
  z.record(z.string(), z.enum(ACCESS)).superRefine((rules, context) => {
    for (const [key, access] of Object.entries(rules)) {
      const message = problemOfRule(key, access, system)
      if (message !== undefined) context.addIssue({ code: 'custom', path: [key], message })
    }
  })

const amount = z.int().positive('expected a number above 0')

const requirement = z.enum(['strict', 'best-effort', 'off'])

/** Rules are paths of `system`; all else is the same. */
export const policySchemaOf = (system: PathSystem) =>
  z
    .strictObject({
      extends: z
        .enum(['read-only', 'workspace-write'])
        .describe('The preset to start from; without one nothing is allowed.'),
      filesystem: filesystem(system).describe(
        'Path to access. Paths: absolute (C:\\x or C:/x on Windows), ~/x, relative to this file, :root, :minimal, :cwd, ' +
          ':workspace_roots, :tmpdir, :slash_tmp (the last four also with /x), or a gitignore-style glob. ' +
          'The most specific path wins; at equal paths none before write before read. "deny" means "none".',
      ),
      network: z
        .strictObject({
          mode: z.enum(['none', 'proxy', 'unrestricted']).describe('Default: none.'),
          allow: hostPatterns.describe(
            'Hosts that mode proxy lets through: host, *.host or *, with an optional :port.',
          ),
          deny: hostPatterns.describe('Hosts that mode proxy refuses; wins over allow.'),
        } satisfies Fields<NetworkPolicy>)
        .partial(),
      environment: z
        .strictObject({
          inherit: z.enum(['all', 'core', 'none']).describe("What is taken of the host's variables. Default: core."),
          exclude: nameGlobs.describe('Names to drop, with * and ?, case-insensitive; after inherit.'),
          set: z.record(variableName, text).describe('Variables to set; after exclude.'),
          includeOnly: nameGlobs.describe('If not empty, only these names stay; last.'),
        } satisfies Fields<EnvironmentPolicy>)
        .partial(),
      limits: z
        .strictObject({
          memoryBytes: amount,
          processes: amount,
          cpuSeconds: amount,
          wallMs: amount.max(MAX_TIMEOUT_MS, `expected at most ${MAX_TIMEOUT_MS}`),
          openFiles: amount,
          fileSizeBytes: amount,
          outputBytes: amount,
        } satisfies Fields<LimitsPolicy>)
        .partial(),
      nested: z.boolean().describe('Lets the command make user namespaces of its own. Default: false.'),
      protections: z
        .strictObject(Object.fromEntries(PROTECTIONS.map((name) => [name, requirement])))
        .partial()
        .describe('How much each protection matters. Default: strict, which refuses to run without it.'),
    } satisfies Fields<Policy>)
    .partial()

/** What is wrong with one rule whatever the machine. */
function problemOfRule(key: string, access: (typeof ACCESS)[number], system: PathSystem): string | undefined {
  const path = parseRulePath(key, system)
  switch (path.kind) {
    case 'invalid':
      return path.problem
    case 'glob':
      return access === 'write' ? 'a glob cannot be made writable; name the directory' : undefined
    case 'minimal':
      return access === 'read' ? undefined : ':minimal can only be "read"'
    case 'path':
    case 'unknown':
      return undefined
  }
}
