// The kernel's list of listening unix sockets of a network namespace (sock_diag(7), needs
// CONFIG_UNIX_DIAG).
#ifndef RINGFENCE_LINUX_LAUNCHER_UNIX_DIAG_H_
#define RINGFENCE_LINUX_LAUNCHER_UNIX_DIAG_H_

#include <stdint.h>

namespace ringfence {

// What a socket is bound to: a socket file, or an abstract name.
struct UnixName {
  // Low 32 bits of the inode number, and the kernel's own number of the file system (12 bits
  // major, 20 bits minor).
  uint32_t inode = 0;
  uint32_t device = 0;
  // Without the leading NUL; null for a file.
  const char* abstract = nullptr;
  uint32_t abstract_size = 0;
};

enum class Listener {
  kNone,
  kFound,
  // A socket with the inode, but with another device number: on btrfs and others statx(2) shows
  // another one than the kernel's own, which `device` then has to be replaced by.
  kOtherDevice,
  // The list cannot be had.
  kUnknown,
};

// A socket for asking about the network namespace of the caller; it keeps asking about that one
// when it is used from another. Returns a negative errno on failure.
long OpenUnixDiag();

// `socket_inode` is the number that /proc/PID/fd shows as socket:[number].
Listener FindListener(int diag, const UnixName& name, uint32_t* socket_inode);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_UNIX_DIAG_H_
