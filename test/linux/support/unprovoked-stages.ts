/** Stages that no case here makes fail, each with the reason. */
export const UNPROVOKED: Record<string, string> = {
  'linux.helper.memfd': 'not reported: without executable memory files the launcher is executed from its file',
  'linux.mount.proc-controls': 'the same call succeeds, or fails as linux.mount.attributes, for other mounts before',
  'linux.runner.changed': 'no failure: why a runner is made anew (test/contract/channels.test.ts)',
  'linux.terminal.place': 'the same call succeeds, or fails as linux.launch.dup, for the streams before',
  'linux.terminal.receive': 'this process would have to run out of descriptors between a request and its answer',
  'linux.mount.dev': 'the same calls succeed, or fail as linux.mount.tmpfs and linux.mount.make, for masks before',
}
