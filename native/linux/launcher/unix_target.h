// Where a connect(2) of a unix socket leads, and whether that is inside the sandbox.
#ifndef RINGFENCE_LINUX_LAUNCHER_UNIX_TARGET_H_
#define RINGFENCE_LINUX_LAUNCHER_UNIX_TARGET_H_

#include <stdint.h>

namespace ringfence {

struct UnixRequest {
  uint32_t thread = 0;  // the calling thread: relative paths are relative to its directory
  const char* address = nullptr;
  uint32_t address_size = 0;
  bool own_network = false;  // the sandbox has a network namespace of its own
  int host_diag = -1;        // asks about the network namespace of the host
};

// What to connect to in place of what the command said.
struct UnixTarget {
  // A socket file, held by this descriptor and addressed through /proc/self/fd: the server behind
  // it cannot be exchanged any more, since a socket stays bound to its inode and no other can be
  // bound to it. -1 for anything else.
  int file = -1;
  uint32_t address_size = 0;
  alignas(8) char address[128] = {};
};

// 0, or the negative errno that answers the call: -EACCES for a server outside of the sandbox,
// -ECONNREFUSED where nobody listens. `target->file` is the caller's to close.
//
// A server is of the sandbox if its listening socket belongs to the sandbox's network namespace;
// where that is the host's, if a process of the sandbox holds it open.
long FindUnixTarget(const UnixRequest& request, UnixTarget* target);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_UNIX_TARGET_H_
