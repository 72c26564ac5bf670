// PID 1 of a sandbox (in Landlock mode: the parent of the command): sets everything up, starts the
// command, reaps, forwards signals, repairs protections, and ends with the command. When it ends,
// the kernel kills all that is left in its pid namespace (pid_namespaces(7)).
#ifndef RINGFENCE_LINUX_LAUNCHER_INIT_H_
#define RINGFENCE_LINUX_LAUNCHER_INIT_H_

#include "linux/launcher/launch.h"

namespace ringfence {

struct InitOptions {
  // Own ids in the parent namespace, for IdMap::kSingle.
  unsigned uid = 0;
  unsigned gid = 0;
  // A byte arrives here when the supervisor has written the maps (IdMap::kFull); -1: no waiting.
  int sync = -1;
};

// Reports what happens to the addon and ends the process.
[[noreturn]] void RunInit(const Launch& launch, const InitOptions& options);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_INIT_H_
