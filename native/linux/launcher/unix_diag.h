// The kernel's list of unix sockets of this network namespace (sock_diag(7)).
#ifndef RINGFENCE_LINUX_LAUNCHER_UNIX_DIAG_H_
#define RINGFENCE_LINUX_LAUNCHER_UNIX_DIAG_H_

#include <stdint.h>

namespace ringfence {

// What a socket is bound to, in the form of the list: low 32 bits of the inode number, and the
// kernel's own dev_t (12 bits major, 20 bits minor).
struct UnixSocketFile {
  uint32_t inode = 0;
  uint32_t device = 0;
};

enum class Found {
  kYes,
  kNo,
  // The list cannot be had, or has the inode with another device: on btrfs, stat(2) shows another
  // one than the kernel has.
  kUnknown,
};

Found FindInNamespace(const UnixSocketFile& wanted);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_UNIX_DIAG_H_
