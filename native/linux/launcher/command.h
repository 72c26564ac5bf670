// The last steps of a launch, in the process that becomes the command.
#ifndef RINGFENCE_LINUX_LAUNCHER_COMMAND_H_
#define RINGFENCE_LINUX_LAUNCHER_COMMAND_H_

#include "linux/launcher/launch.h"

namespace ringfence {

// Shared with the init, whose memory and descriptors the command's process uses until it executes.
struct CommandState {
  const Launch* launch = nullptr;
  int ruleset = -1;         // Landlock, -1: none
  uint64_t open_files = 0;  // soft limit to give back, 0: unchanged
  int listener = -1;        // out: of the seccomp filter
  Outcome outcome;          // out: why it was not executed
};

// 1. own session (kill(0) must not reach the launcher's process group)
// 2. working directory
// 3. capabilities, no_new_privs, Landlock, seccomp: last restriction last
// 4. execve(2)
// Returns only on failure, with `state->outcome` set.
void RunCommand(CommandState* state);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_COMMAND_H_
