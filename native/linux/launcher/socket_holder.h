// Which processes hold a socket open.
#ifndef RINGFENCE_LINUX_LAUNCHER_SOCKET_HOLDER_H_
#define RINGFENCE_LINUX_LAUNCHER_SOCKET_HOLDER_H_

#include <stdint.h>

namespace ringfence {

// True if a process of this pid namespace, other than this one, has the socket open: looks through
// /proc/PID/fd for socket:[inode]. Processes that cannot be looked into count as not holding it.
bool IsHeldInSandbox(uint32_t socket_inode);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_SOCKET_HOLDER_H_
