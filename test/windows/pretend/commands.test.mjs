// Commands through the public API: what they get, what comes back, how they end.
import assert from 'node:assert/strict'
import { realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { node, withSandbox } from '../support/pretend.mjs'

test('the exit code is the command’s', async () => {
  await withSandbox(async (sandbox) => {
    for (const code of [0, 1, 77, 255]) {
      const result = await sandbox.exec(...node(`process.exit(${code})`))
      assert.equal(result.exitCode, code)
      assert.equal(result.signal, null)
      assert.equal(result.failed, code !== 0)
    }
  })
})

test('exit codes of Windows have 32 bits', async () => {
  await withSandbox(async (sandbox) => {
    const result = await sandbox.exec('cmd.exe', ['/d', '/c', 'exit', '/b', '-1073741510'])
    assert.equal(result.exitCode, 0xc000013a)
  })
})

test('arguments arrive as they were given', async () => {
  const given = [
    '',
    'a b',
    'c"d',
    '\\',
    'e\\\\',
    'f\\"g',
    '"',
    '""',
    '%PATH%',
    '^&|<>()!',
    'ä€😀',
    '-x',
    "'q'",
    'tab\tin',
  ]
  await withSandbox(async (sandbox) => {
    const result = await sandbox.exec(...node('console.log(JSON.stringify(process.argv.slice(1)))', '--', ...given))
    assert.deepEqual(JSON.parse(result.stdout), given)
  })
})

test('the environment is the one that was given, and the working directory', async () => {
  await withSandbox(async (sandbox, cwd) => {
    const script =
      'console.log(JSON.stringify([process.env.Ringfence_Test, process.env.RINGFENCE_GONE, process.cwd()]))'
    const { RINGFENCE_GONE: _, ...rest } = process.env
    const env = { ...rest, RINGFENCE_TEST: 'ä=€ 😀' }
    const result = await sandbox.exec(...node(script), { env })
    const [value, gone, directory] = JSON.parse(result.stdout)
    assert.equal(value, 'ä=€ 😀')
    assert.equal(gone, null)
    assert.equal(realpathSync.native(directory), cwd)
  })
})

test('exec captures both outputs and writes the input', async () => {
  await withSandbox(async (sandbox) => {
    const script = 'process.stdin.pipe(process.stdout); console.error("to stderr")'
    const result = await sandbox.exec(...node(script), { input: 'ünïcode\r\n' })
    assert.equal(result.stdout, 'ünïcode\r\n')
    assert.equal(result.stderr, 'to stderr\n')
  })
})

test('without input the command reads nothing', async () => {
  await withSandbox(async (sandbox) => {
    const result = await sandbox.exec(...node('process.stdin.on("end", () => console.log("end")).resume()'))
    assert.equal(result.stdout, 'end\n')
  })
})

test('head and tail of a large output are kept', async () => {
  await withSandbox(async (sandbox) => {
    const script = 'process.stdout.write("h".repeat(1e6)); process.stdout.write("t".repeat(1e6))'
    const result = await sandbox.exec(...node(script), { maxOutputBytes: 1000 })
    assert.equal(result.truncated.stdout, 2_000_000 - 1000)
    assert.match(result.stdout, /^h{500}\n.*\nt{500}$/)
  })
})

test('a program that is not there, one that is none, and a directory that is not there', async () => {
  await withSandbox(async (sandbox, cwd) => {
    await assert.rejects(sandbox.exec('no-such-program', []), {
      name: 'SandboxError',
      code: 'SANDBOX_PROGRAM_NOT_FOUND',
      stage: 'windows.launch.find',
      osCode: 2,
      osCodeKind: 'win32',
    })
    await assert.rejects(sandbox.exec(join(cwd, 'missing', 'program.exe')), { stage: 'windows.launch.find', osCode: 3 })
    const text = join(cwd, 'text.exe')
    writeFileSync(text, 'this is no program')
    await assert.rejects(sandbox.exec(text), { stage: 'windows.process.create', osCode: 193 })
    await assert.rejects(sandbox.exec(...node(''), { cwd: join(cwd, 'missing') }), {
      stage: 'windows.process.create',
      osCode: 267,
    })
    // The control: the same program in a directory that is there.
    assert.equal((await sandbox.exec(...node(''), { cwd })).exitCode, 0)
  })
})

test('batch files are refused, whatever they are called', async () => {
  await withSandbox(async (sandbox, cwd) => {
    for (const name of ['a.bat', 'b.CMD']) {
      const path = join(cwd, name)
      writeFileSync(path, '@echo %1')
      await assert.rejects(sandbox.exec(path, ['&calc']), { stage: 'windows.launch.batch-file' })
    }
  })
})

test('many commands run side by side', async () => {
  await withSandbox(async (sandbox) => {
    const numbers = Array.from({ length: 12 }, (_, index) => index)
    const results = await Promise.all(
      numbers.map((number) => sandbox.exec(...node(`console.log(${number}); process.exit(${number})`))),
    )
    assert.deepEqual(
      results.map(({ exitCode, stdout }) => [exitCode, Number(stdout)]),
      numbers.map((number) => [number, number]),
    )
  })
})
