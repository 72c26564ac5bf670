/** Interactive shells, terminals, and programs that look at processes. */
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { describeBackends } from '../support/backends.js'
import { defaultFence, homeDirectory, needProgram, run } from './support/project.js'

describeBackends(['namespaces', 'bubblewrap'], (backend) => {
  test('an interactive shell, typed into through its standard input', async () => {
    const sandbox = await defaultFence(backend, homeDirectory())
    const shell = sandbox.spawn('sh', ['-i'], { env: { PATH: '/usr/bin:/bin', PS1: 'prompt> ' } })
    let [output, errors] = ['', '']
    shell.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    const closed = once(shell, 'close')
    const answers = async (line: string, answer: RegExp) => {
      shell.stdin.write(`${line}\n`)
      while (!answer.test(output)) await once(shell.stdout, 'data')
    }
    await answers('echo "one $((1 + 1))"', /^one 2$/m)
    await answers('value=kept; cd /; echo "in $PWD"', /^in \/$/m)
    await answers('sleep 0.01 & wait; echo "still $value"', /^still kept$/m)
    await answers('sh -c "exit 3"; echo "code $?"', /^code 3$/m)
    shell.stdin.end('exit 7\n')
    expect(await closed).toEqual([7, null])
    expect(errors).toContain('prompt> ')
  })

  test('the end of the input is the end of an interactive shell', async () => {
    const sandbox = await defaultFence(backend, homeDirectory())
    const { stdout } = await sandbox.exec('sh', ['-i'], { input: 'echo last' })
    expect(stdout).toBe('last\n')
  })

  test('script: a shell on a new terminal', async (context) => {
    needProgram(context, 'script')
    const sandbox = await defaultFence(backend, homeDirectory())
    const command = 'tty; test -t 0 && test -t 2 && echo "a terminal"; stty -a | head -1'
    const output = await run(sandbox, 'script', ['-qec', command, 'typescript'], { input: '' })
    expect(output).toMatch(/^\/dev\/pts\/\d+\r$/m)
    expect(output).toContain('a terminal')
    expect(output).toContain('speed')
    const { exitCode } = await sandbox.exec('script', ['-qec', 'exit 9', '/dev/null'], { input: '' })
    expect(exitCode).toBe(9)
  })

  test('ps shows its own processes, and no others', async (context) => {
    needProgram(context, 'ps')
    const sandbox = await defaultFence(backend, homeDirectory())
    // Until it is executed, the child still has the name of the shell.
    const executed = 'while ! ps -eo args= | grep -q "^sleep 98765"; do :; done'
    const script = `sleep 98765 & ${executed}; ps -eo pid=,args=; kill $!`
    const lines = (await run(sandbox, 'sh', ['-c', script])).trim().split('\n')
    expect(lines.filter((line) => / sleep 98765$/.test(line))).toHaveLength(1)
    expect(lines.some((line) => line.includes('vitest'))).toBe(false)
    expect(lines.length).toBeLessThan(8)
  })

  test('jobs, traps, here documents and process substitution of bash', async (context) => {
    needProgram(context, 'bash')
    const sandbox = await defaultFence(backend, homeDirectory())
    const script = `set -euo pipefail
      trap 'echo trapped' USR1; kill -USR1 $$
      cat <<< "a here string"
      diff <(printf 'a\\nb\\n') <(printf 'a\\nb\\n') && echo same
      mkfifo pipe; echo through > pipe & cat pipe; wait
      set -m; sleep 60 & kill %1; wait %1 || echo "ended by $?"
      ulimit -n > /dev/stdout; echo done > /dev/stderr`
    const { exitCode, stdout, stderr } = await sandbox.exec('bash', ['-c', script])
    expect(stdout.split('\n').slice(0, 5)).toEqual(['trapped', 'a here string', 'same', 'through', 'ended by 143'])
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('done\n') })
  })

  test('ssh-agent inside', { timeout: 60_000 }, async (context) => {
    for (const name of ['ssh-agent', 'ssh-add', 'ssh-keygen']) needProgram(context, name)
    const sandbox = await defaultFence(backend, homeDirectory())
    const script = `set -e
      ssh-keygen -q -t ed25519 -N '' -C ringfence-test -f "$TMPDIR/key"
      ssh-add -q "$TMPDIR/key"; ssh-add -l
      echo signed > file; ssh-keygen -q -Y sign -f "$TMPDIR/key.pub" -n file file; test -s file.sig`
    expect(await run(sandbox, 'ssh-agent', ['sh', '-c', script])).toContain('ringfence-test')
  })
})
