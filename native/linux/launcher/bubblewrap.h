// Starts the system's bwrap(1) with our own init as PID 1 inside it.
#ifndef RINGFENCE_LINUX_LAUNCHER_BUBBLEWRAP_H_
#define RINGFENCE_LINUX_LAUNCHER_BUBBLEWRAP_H_

#include <stddef.h>

#include "linux/launcher/launch.h"

namespace ringfence {

// What bwrap writes to --json-status-fd: one JSON object a line, a documented interface.
struct BubblewrapStatus {
  int pipe = -1;
  size_t size = 0;
  char text[1024] = {};
};

// bwrap gets the plan's arguments, the seccomp filter by --seccomp, a pipe by --json-status-fd,
// and as its command this program through /proc/self/fd, so that no file of ours has to be visible
// inside.
Outcome StartBubblewrap(const Launch& launch, BubblewrapStatus* status, long* pid);

// Pid of our init as seen from here, 0 while it is unknown.
long BubblewrapChild(BubblewrapStatus* status);

// After bwrap has ended: when our init never ran, bwrap failed, and the status tells in which
// phase. Reports it.
void FinishBubblewrap(const Launch& launch, BubblewrapStatus* status, int wait_status);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_BUBBLEWRAP_H_
