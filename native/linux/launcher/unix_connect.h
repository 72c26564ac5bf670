// connect(2) of a unix socket, carried out for the command if the server is of the same sandbox.
#ifndef RINGFENCE_LINUX_LAUNCHER_UNIX_CONNECT_H_
#define RINGFENCE_LINUX_LAUNCHER_UNIX_CONNECT_H_

#include <stdint.h>

namespace ringfence {

struct UnixConnect {
  int socket = -1;      // duplicate of the command's socket
  uint32_t thread = 0;  // the calling thread: relative paths are relative to its directory
  const char* address = nullptr;
  uint32_t address_size = 0;
  bool own_network = false;  // the sandbox has a network namespace of its own
};

// What connect(2) would return; -EACCES for a server outside of the sandbox.
//
// With an own network namespace, a server is of the sandbox if its socket is of that namespace:
// the kernel's list of those (sock_diag(7)) has the inode that each is bound to. Where that does
// not decide (shared network, file systems that show other device numbers, kernels without the
// list), a connection is tried, and the peer's pid is asked for: it is 0 for a process that has no
// pid in this pid namespace.
long ConnectOwnUnixSocket(const UnixConnect& connect);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_UNIX_CONNECT_H_
