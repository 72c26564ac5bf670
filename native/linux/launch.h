// Starts the launcher without forking: CLONE_VM | CLONE_VFORK copies no page table, so the price
// does not depend on the size of the heap (posix_spawn(3) works alike, but cannot execute a
// descriptor).
#ifndef RINGFENCE_LINUX_LAUNCH_H_
#define RINGFENCE_LINUX_LAUNCH_H_

#include <sys/types.h>

#include <vector>

#include "core/status.h"
#include "posix/unique_fd.h"

namespace ringfence {

struct LaunchFds {
  // Become 0, 1, 2, ... of the command; -1 is /dev/null. Borrowed.
  std::vector<int> stdio;
  // Borrowed.
  int plan = -1;
  int request = -1;
  int image = -1;
};

struct LaunchedProcess {
  pid_t pid = -1;
  unique_fd pidfd;
  // SOCK_SEQPACKET: reports come in, signals go out. Closing it ends the tree.
  unique_fd control;
};

// The calling thread stands still until the launcher executes (0.1 to 0.3 ms). Any thread.
Status StartLauncher(const LaunchFds& fds, LaunchedProcess* process);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCH_H_
