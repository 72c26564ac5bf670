/** The layers of lib/: cli -> lib -> native. @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^lib/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'cli-is-the-top',
      comment: 'Nothing but the command line itself imports the command line.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/cli/' },
      to: { path: '^lib/cli/' },
    },
    {
      name: 'policy-knows-no-mechanism',
      severity: 'error',
      from: { path: '^lib/policy/' },
      to: { path: '^lib/', pathNot: '^lib/(policy/|errors\\.ts$)' },
    },
    {
      name: 'plan-is-pure',
      comment: 'Planning is a function of policy and probe results; it touches neither native code nor the host.',
      severity: 'error',
      from: { path: '^lib/plan/' },
      to: { path: '^lib/', pathNot: '^lib/(plan/|policy/|errors\\.ts$)' },
    },
    {
      name: 'plan-does-no-io',
      comment: 'Hashing and the syntax of paths are pure.',
      severity: 'error',
      from: { path: '^lib/plan/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(path(/posix)?|crypto)$' },
    },
    {
      name: 'native-is-the-bottom',
      severity: 'error',
      from: { path: '^lib/native/' },
      to: { path: '^lib/', pathNot: '^lib/(native/|errors\\.ts$|plan/types\\.ts$)' },
    },
    {
      name: 'one-loader',
      comment: 'Only lib/native/binding.ts loads native code.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/native/binding\\.ts$' },
      to: { path: 'node-gyp-build' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: { conditionNames: ['types', 'import', 'require', 'node', 'default'] },
  },
}
