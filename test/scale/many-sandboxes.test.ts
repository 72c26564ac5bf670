/** Many sandboxes in one process at the same time: each has its own policy and nothing of the others'. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { type BackendName, type Policy, Sandbox } from '../../lib/index.js'
import { describeBackends } from '../support/backends.js'
import { temporaryDirectory } from '../support/sandboxes.js'

const SANDBOXES = 50

/** What a command may do: every combination comes up. */
interface Abilities {
  write: boolean
  /** Reading what the policy can hide. */
  secret: boolean
  /** Writing to what the policy can keep. */
  docs: boolean
  network: boolean
  /** Making a protected directory. */
  settings: boolean
}

function abilitiesOf(number: number): Abilities {
  const has = (bit: number) => ((number >> bit) & 1) === 1
  const write = has(0) || has(1)
  return { write, secret: has(1), docs: write && has(2), network: has(3), settings: write && has(4) }
}

function policyOf(name: string, { write, secret, docs, network, settings }: Abilities): Policy {
  return {
    extends: 'read-only',
    filesystem: {
      ':cwd': write ? 'write' : 'read',
      ...(!secret && { './secret': 'none' }),
      ...(!docs && { './docs': 'read' }),
    },
    network: { mode: network ? 'unrestricted' : 'none' },
    environment: { set: { NAME: name } },
    protections: { 'protected-paths': settings ? 'off' : 'strict' },
  }
}

/** The port of a server of the host. Prints the name and Abilities as JSON. */
const PROBE = `
  can() { if eval "$1" >/dev/null 2>&1; then echo true; else echo false; fi; }
  sleep 0.$((RANDOM % 5))
  printf '{"name":"%s","write":%s,"secret":%s,"docs":%s,"network":%s,"settings":%s}' "$NAME" \\
    $(can 'echo > file-$$') $(can 'cat secret') $(can 'echo > docs/new') $(can "exec 3<>/dev/tcp/127.0.0.1/$1") \\
    $(can 'mkdir -p .vscode/x')`

async function startServer(): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => socket.destroy()).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

async function openSandbox(backend: BackendName, name: string, abilities: Abilities): Promise<Sandbox> {
  const cwd = temporaryDirectory()
  mkdirSync(join(cwd, 'docs'))
  writeFileSync(join(cwd, 'secret'), 'secret')
  const sandbox = await Sandbox.create({ policy: policyOf(name, abilities), cwd, backend })
  onTestFinished(() => sandbox[Symbol.asyncDispose]())
  return sandbox
}

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('more sandboxes at work at the same time than runners are kept', async () => {
    const names = Array.from({ length: 14 }, (_, number) => `s${number}`)
    const running = await Promise.all(
      names.map(async (name) => {
        const sandbox = await openSandbox(backend, name, abilitiesOf(0))
        return { sandbox, child: sandbox.spawn('sh', ['-c', 'read -r line; echo "$NAME $line"']) }
      }),
    )
    for (const { sandbox } of running) expect(await sandbox.exec('true')).toMatchObject({ exitCode: 0 })
    const outputs = running.map(async ({ child }) => {
      child.stdin.end('done\n')
      return text(child.stdout)
    })
    expect(await Promise.all(outputs)).toEqual(names.map((name) => `${name} done\n`))
  })

  test(`${SANDBOXES} sandboxes with different policies, two commands in each`, { timeout: 120_000 }, async () => {
    const port = `${await startServer()}`
    const expected = Array.from({ length: SANDBOXES }, (_, number) => ({ name: `s${number}`, ...abilitiesOf(number) }))
    const sandboxes = await Promise.all(expected.map(({ name, ...rest }) => openSandbox(backend, name, rest)))
    const runs = [...sandboxes, ...sandboxes].map((sandbox) => sandbox.exec('bash', ['-c', PROBE, 'bash', port]))
    const results = await Promise.all(runs)
    expect(results.map(({ stderr }) => stderr).filter((text) => text !== '')).toEqual([])
    expect(results.map(({ stdout }) => JSON.parse(stdout))).toEqual([...expected, ...expected])

    await Promise.all(sandboxes.map((sandbox) => sandbox.close()))
    for (const [number, sandbox] of sandboxes.entries()) {
      const { write, settings } = abilitiesOf(number)
      const left = readdirSync(sandbox.explain().policy.cwd).map((name) => name.replace(/\d+/, 'N'))
      const files = write ? ['file-N'] : []
      expect(new Set(left)).toEqual(new Set(['docs', 'secret', ...files, ...(settings ? ['.vscode'] : [])]))
    }
  })
})
