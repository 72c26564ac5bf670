import { constants } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SandboxError } from '../../../lib/errors.js'
import { loadPolicyFile } from '../../../lib/policy/file.js'
import { PolicyError } from '../../../lib/policy/policy-error.js'
import { resolvePolicy } from '../../../lib/policy/resolve.js'
import { grow, makeSite, table, temporaryDirectory } from './support.js'

const TOML = `
extends = "workspace-write"
nested = true
[filesystem]
":root" = "read"
"./docs" = "read"
"~/.ssh" = "none"
[limits]
memoryBytes = 2_000_000_000
`

async function failureOf(name: string, content: string): Promise<unknown> {
  const directory = temporaryDirectory()
  grow(directory, { [name]: content })
  return loadPolicyFile(join(directory, name)).then(
    () => 'loaded',
    (error: unknown) => error,
  )
}

test('TOML and JSON with the same content are the same policy', async () => {
  const directory = temporaryDirectory()
  const policy = {
    $schema: './policy.schema.json',
    extends: 'workspace-write',
    nested: true,
    filesystem: { ':root': 'read', './docs': 'read', '~/.ssh': 'none' },
    limits: { memoryBytes: 2_000_000_000 },
  }
  grow(directory, { 'p.toml': TOML, 'p.json': JSON.stringify(policy) })
  const [toml, json] = [
    await loadPolicyFile(join(directory, 'p.toml')),
    await loadPolicyFile(join(directory, 'p.json')),
  ]
  const { $schema: _, ...expected } = policy
  expect(toml).toEqual({ policy: expected, file: join(directory, 'p.toml'), baseDirectory: directory })
  expect(json.policy).toEqual(toml.policy)
})

test('relative paths of a file start at its directory, wherever the cwd is', async () => {
  const site = makeSite({ 'etc/policy.toml': '[filesystem]\n"./data" = "read"\n', 'etc/data/': '', 'ws/data/': '' })
  const { policy, ...origin } = await loadPolicyFile(join(site.top, 'etc/policy.toml'))
  const resolved = await resolvePolicy(policy, { ...site.context, ...origin })
  expect(table(resolved, site.top)).toEqual({ 'etc/data': 'read' })
  expect(resolved.rules[0]?.origin).toEqual({ kind: 'user', rule: './data', file: origin.file })
})

test.each([
  ['p.toml', '[filesystem]\n"./x" = = 1\n', 2, 9],
  ['p.toml', 'nested = true\nnested = false\n', 2, 1],
  ['p.json', '{\n  "nested": true,\n}', 3, 1],
  ['p.json', '{"nested": true', 1, 16],
  ['p.json', '{"filesystem": {"~/.ssh": "none",\n "~/.ssh": "read"}}', 2, 2],
  ['p.json', '', 1, 1],
  ['p.json', '{"nested": tru}', 1, 12],
])('malformed %s %j: the error names line and column', async (name, content, line, column) => {
  const error = await failureOf(name, content)
  expect(error).toBeInstanceOf(PolicyError)
  expect(error).toMatchObject({ line, column, file: expect.stringMatching(`${name}$`) })
  expect((error as Error).message).not.toContain('\n')
  expect((error as Error).message).toContain(`${name}:${line}:${column}: `)
})

test('a wrong field of a file: the error names file and field', async () => {
  const error = await failureOf('p.toml', '[filesystem]\n"./x" = "rw"\n')
  expect(error).toBeInstanceOf(PolicyError)
  expect((error as PolicyError).message).toMatch(/p\.toml: filesystem\["\.\/x"\]: expected read\|write\|none\|deny/)
})

test('bytes that are not UTF-8 are refused', async () => {
  const directory = temporaryDirectory()
  const { writeFileSync } = await import('node:fs')
  writeFileSync(join(directory, 'p.toml'), Buffer.from([0x23, 0xff]))
  await expect(loadPolicyFile(join(directory, 'p.toml'))).rejects.toThrow(/p\.toml: the file is not valid UTF-8/)
})

test.each([
  ['missing.toml', 'ENOENT', 'open'],
  ['directory', 'EISDIR', 'read'],
  ['file/x.toml', 'ENOTDIR', 'open'],
] as const)('an unreadable file (%s) is a SandboxError with its numbers', async (name, code, syscall) => {
  const directory = temporaryDirectory()
  grow(directory, { 'directory/': '', file: '' })
  const path = join(directory, name)
  const error = await loadPolicyFile(path).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(SandboxError)
  expect(error).toMatchObject({
    code: 'SANDBOX_POLICY_UNREADABLE',
    stage: 'policy.read',
    errno: constants.errno[code],
    syscall,
    path,
  })
})

test('a path with NUL is the caller’s mistake', async () => {
  await expect(loadPolicyFile('a\0.toml')).rejects.toBeInstanceOf(PolicyError)
})
