// The process that becomes the command. It is made before there is a request, so that the price of
// the restrictions is paid ahead of a command, and shares memory and descriptors with the init
// until it executes.
#ifndef RINGFENCE_LINUX_LAUNCHER_COMMAND_H_
#define RINGFENCE_LINUX_LAUNCHER_COMMAND_H_

#include "linux/launcher/launch.h"

namespace ringfence {

struct Session;

struct CommandState {
  const Launch* launch = nullptr;
  uint64_t open_files = 0;  // soft limit to give back, 0: unchanged
  int stdio = 3;            // descriptors 0 .. stdio-1 are the command's, known with the request
  const Session* session = nullptr;  // to live in
  int listener = -1;                 // out: of the seccomp filter
  Outcome outcome;                   // out: why it was not executed
  // Futex words. `gate`: 1 when the request is there. `alive`: 0 when the process has executed, or
  // has ended.
  int gate = 0;
  int alive = 1;
};

// Starts the process:
// 1. own session as of setsid(2) (kill(0) must not reach the launcher's process group); where
//    commands share namespaces: their view
// 2. Landlock ruleset of the view, capabilities, no_new_privs, Landlock, seccomp: last restriction
// last then it waits. Returns its pid, or -errno.
long StartCommand(CommandState* state);

// Lets it go on with launch->request:
// 3. working directory, limits of the policy, controlling terminal
// 4. execve(2)
// Waits until it has executed, or has failed: `state->outcome`.
void ReleaseCommand(CommandState* state);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_COMMAND_H_
