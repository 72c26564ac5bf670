import { describe, expect, test } from 'vitest'
import { type Invocation, parseInvocation } from '../../../lib/cli/arguments.js'
import { UsageError } from '../../../lib/cli/usage-error.js'

const NOTHING_GIVEN = {
  policy: undefined,
  cwd: undefined,
  rules: [],
  network: undefined,
  allowHosts: [],
  bestEffort: [],
  backend: 'auto',
  timeoutMs: undefined,
  limits: {},
  environment: {},
}

describe('what is read', () => {
  const cases: Array<[string[], Invocation | object]> = [
    [
      ['run', '--', 'true'],
      { command: 'run', policy: NOTHING_GIVEN, argv: ['true'], jsonFile: undefined, tty: false, quiet: false },
    ],
    [
      ['run', '--', 'sh', '--', '--policy', '-c'],
      {
        command: 'run',
        policy: NOTHING_GIVEN,
        argv: ['sh', '--', '--policy', '-c'],
        jsonFile: undefined,
        tty: false,
        quiet: false,
      },
    ],
    [
      ['explain', '--best-effort', 'processes', '--best-effort=network'],
      { command: 'explain', policy: { ...NOTHING_GIVEN, bestEffort: ['processes', 'network'] }, json: false },
    ],
    [
      ['run', '--tty', '--', 'x'],
      { command: 'run', policy: NOTHING_GIVEN, argv: ['x'], jsonFile: undefined, tty: true, quiet: false },
    ],
    [
      ['run', '-t', '-q', '--', 'x'],
      { command: 'run', policy: NOTHING_GIVEN, argv: ['x'], jsonFile: undefined, tty: true, quiet: true },
    ],
    [
      ['run', '--write', 'a', '--deny=b', '--read', '-c', '--write', 'd', '--', 'x'],
      {
        command: 'run',
        policy: {
          ...NOTHING_GIVEN,
          rules: [
            { path: 'a', access: 'write' },
            { path: 'b', access: 'none' },
            { path: '-c', access: 'read' },
            { path: 'd', access: 'write' },
          ],
        },
        argv: ['x'],
        jsonFile: undefined,
        tty: false,
        quiet: false,
      },
    ],
    [
      'run --policy read-only --cwd /d --network unrestricted --backend landlock --timeout 5 --memory 6 --processes 7 --cpu 8 --open-files 9 --file-size 10 --output 11 --env A=b=c --env E= --json out -q -- x'.split(
        ' ',
      ),
      {
        command: 'run',
        policy: {
          ...NOTHING_GIVEN,
          policy: 'read-only',
          cwd: '/d',
          network: 'unrestricted',
          backend: 'landlock',
          timeoutMs: 5,
          limits: {
            memoryBytes: 6,
            processes: 7,
            cpuSeconds: 8,
            openFiles: 9,
            fileSizeBytes: 10,
            outputBytes: 11,
          },
          environment: { A: 'b=c', E: '' },
        },
        argv: ['x'],
        jsonFile: 'out',
        tty: false,
        quiet: true,
      },
    ],
    [['explain', '--json'], { command: 'explain', policy: NOTHING_GIVEN, json: true }],
    [['explain', '--', 'npm', 'test'], { command: 'explain', policy: NOTHING_GIVEN, json: false }],
    [['doctor'], { command: 'doctor', json: false }],
    [['doctor', '--json'], { command: 'doctor', json: true }],
    [['--version'], { command: 'version' }],
    [['--help'], { command: 'help', topic: undefined }],
    [['help'], { command: 'help', topic: undefined }],
    [['help', 'run'], { command: 'help', topic: 'run' }],
    [['explain', '--help'], { command: 'help', topic: 'explain' }],
    [['run', '--help'], { command: 'help', topic: 'run' }],
  ]
  test.each(cases)('%j', (argv, expected) => {
    expect(parseInvocation(argv)).toEqual(expected)
  })

  test('a variable named __proto__ is a variable', () => {
    const invocation = parseInvocation(['run', '--env', '__proto__=x', '--', 'true'])
    if (invocation.command !== 'run') throw new Error('not a run')
    expect(Object.entries(invocation.policy.environment)).toEqual([['__proto__', 'x']])
  })
})

describe('what is refused, with the line that says so', () => {
  const cases: Array<[string[], string]> = [
    [[], 'missing command: nothing after "ringfence". See "ringfence --help".'],
    [['frob'], 'unknown command: frob. Use one of run, explain, doctor, help.'],
    [['--frob'], 'unknown option: --frob. Use one of run, explain, doctor, help.'],
    [['help', 'frob'], 'unknown command: frob. Use one of run, explain, doctor.'],
    [['help', 'run', 'x'], 'unexpected argument: x. Give one command to help.'],
    [['run'], 'missing command: nothing after "--". Write "ringfence run [options] -- COMMAND [ARG...]".'],
    [['run', '--'], 'missing command: nothing after "--". Write "ringfence run [options] -- COMMAND [ARG...]".'],
    [['run', '--', ''], 'empty command: "". Name a program after "--".'],
    [['run', 'true'], 'unexpected argument: true. Put "--" before the command.'],
    [['run', '--frob', '--', 'true'], 'unknown option: --frob. See "ringfence help run".'],
    [['run', '-x', '--', 'true'], 'unknown option: -x. See "ringfence help run".'],
    [['run', '--toString', '--', 'true'], 'unknown option: --toString. See "ringfence help run".'],
    [['run', '--policy', '--', 'true'], 'missing value: --policy. See "ringfence help run".'],
    [['run', '--read', '--write', 'x', '--', 'true'], 'missing value: --read. See "ringfence help run".'],
    [['run', '--policy=', '--', 'true'], 'empty value: --policy. Give a preset or a policy file.'],
    [['run', '--cwd=', '--', 'true'], 'empty value: --cwd. Give a directory.'],
    [['run', '--write=', '--', 'true'], 'empty value: --write. Give a path.'],
    [['run', '--json=', '--', 'true'], 'empty value: --json. Give the name of a file.'],
    [['run', '--quiet=yes', '--', 'true'], 'unexpected value: --quiet=yes. It takes none.'],
    [['run', '--cwd', 'a', '--cwd', 'b', '--', 'true'], 'option given twice: --cwd. Give it once.'],
    [
      ['run', '--timeout', '-5', '--', 'true'],
      'bad number: --timeout -5. Give a whole number of milliseconds, 1 or more.',
    ],
    [
      ['run', '--timeout', '0', '--', 'true'],
      'bad number: --timeout 0. Give a whole number of milliseconds, 1 or more.',
    ],
    [
      ['run', '--timeout', '1e3', '--', 'x'],
      'bad number: --timeout 1e3. Give a whole number of milliseconds, 1 or more.',
    ],
    [['run', '--memory', '1G', '--', 'true'], 'bad number: --memory 1G. Give a whole number of bytes, 1 or more.'],
    [
      ['run', '--memory', '99999999999999999999', '--', 'true'],
      'bad number: --memory 99999999999999999999. Give a whole number of bytes, 1 or more.',
    ],
    [['run', '--processes', '', '--', 'x'], 'bad number: --processes . Give a whole number of processes, 1 or more.'],
    [['run', '--env', 'A', '--', 'true'], 'bad variable: --env A. Write --env NAME=VALUE.'],
    [['run', '--env', '=b', '--', 'true'], 'bad variable: --env =b. Write --env NAME=VALUE.'],
    [
      ['run', '--backend', 'docker', '--', 'x'],
      'unknown backend: --backend docker. Use one of auto, namespaces, bubblewrap, landlock, restricted-token.',
    ],
    [
      ['run', '--network', 'open', '--', 'x'],
      'unknown network mode: --network open. Use one of none, proxy, unrestricted.',
    ],
    [
      ['run', '--network', 'proxy', '--', 'x'],
      'not available yet: --network proxy. Use --network none or --network unrestricted.',
    ],
    [
      ['run', '--allow-host', 'example.org', '--', 'x'],
      'not available yet: --allow-host example.org. It needs --network proxy, which is not available yet.',
    ],
    [['explain', '--quiet'], 'unknown option: --quiet. See "ringfence help explain".'],
    [['explain', '--json', 'file'], 'unexpected argument: file. Put "--" before the command.'],
    [['doctor', '--policy', 'x'], 'unknown option: --policy. See "ringfence help doctor".'],
    [['doctor', 'x'], 'unexpected argument: x. doctor takes no command.'],
    [['doctor', '--', 'x'], 'unexpected argument: --. doctor takes no command.'],
  ]
  test.each(cases)('%j', (argv, line) => {
    expect(() => parseInvocation(argv)).toThrow(UsageError)
    expect(() => parseInvocation(argv)).toThrow(expect.objectContaining({ message: line }))
  })
})
