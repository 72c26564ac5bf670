#include "linux/launcher/unix_connect.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"
#include "linux/launcher/unix_diag.h"

namespace ringfence {
namespace {

constexpr uint16_t kUnixFamily = 1;  // AF_UNIX
constexpr int kSocketLevel = 1;      // SOL_SOCKET
constexpr int kTypeOption = 3;       // SO_TYPE
constexpr int kPeerOption = 17;      // SO_PEERCRED
constexpr uint32_t kPathOffset = 2;  // of sun_path
constexpr uint32_t kPathCapacity = 108;

// struct sockaddr_un.
struct Address {
  uint16_t family = kUnixFamily;
  char path[kPathCapacity] = {};
};

long Connect(int socket, const void* address, uint32_t size) {
  return sys::Call(__NR_connect, socket, sys::Address(address), size);
}

// A connection of our own: who answers?
long AskPeer(const UnixConnect& connect, const void* address, uint32_t size) {
  int type = 0;
  uint32_t type_size = sizeof type;
  long result = sys::Call(__NR_getsockopt, connect.socket, kSocketLevel, kTypeOption,
                          sys::Address(&type), sys::Address(&type_size));
  if (result < 0) return result;
  const long flags = sys::Call(__NR_fcntl, connect.socket, F_GETFL);
  const int nonblock = flags >= 0 ? static_cast<int>(flags) & O_NONBLOCK : O_NONBLOCK;
  const long opened = sys::Call(__NR_socket, kUnixFamily, type | nonblock | O_CLOEXEC, 0);
  if (opened < 0) return opened;
  struct {
    int pid;
    unsigned uid;
    unsigned gid;
  } peer = {};
  uint32_t peer_size = sizeof peer;
  const int probe = static_cast<int>(opened);
  result = Connect(probe, address, size);
  if (result >= 0) {
    result = sys::Call(__NR_getsockopt, probe, kSocketLevel, kPeerOption, sys::Address(&peer),
                       sys::Address(&peer_size));
  }
  sys::Close(probe);
  if (result < 0) return result;
  return peer.pid != 0 ? 0 : -EACCES;
}

// Opens what the path names, seen from the calling thread.
long OpenSocketFile(const UnixConnect& connect, const char* path) {
  int base = AT_FDCWD;
  if (path[0] != '/') {
    Line<64> cwd;
    cwd.Add("/proc/").Add(connect.thread).Add("/cwd");
    const long opened = sys::OpenAt(AT_FDCWD, cwd.c_str(), O_PATH | O_CLOEXEC);
    if (opened < 0) return -EACCES;
    base = static_cast<int>(opened);
  }
  const long file = sys::OpenAt(base, path, O_PATH | O_CLOEXEC);
  if (base != AT_FDCWD) sys::Close(base);
  return file;
}

long ConnectFile(const UnixConnect& connect, int file) {
  // The inode is held by `file`, so the server behind it cannot be exchanged any more: a socket
  // stays bound to its inode, and no other can be bound to it.
  Address address;
  Line<64> name;
  name.Add("/proc/self/fd/").Add(static_cast<uint64_t>(file));
  __builtin_memcpy(address.path, name.c_str(), name.size() + 1);
  const auto size = static_cast<uint32_t>(kPathOffset + name.size() + 1);

  struct statx info;
  const long asked =
      sys::Call(__NR_statx, file, sys::Address(""), AT_EMPTY_PATH, STATX_INO, sys::Address(&info));
  if (asked < 0) return asked;
  UnixSocketFile wanted;
  wanted.inode = static_cast<uint32_t>(info.stx_ino);
  wanted.device = (info.stx_dev_major << 20) | info.stx_dev_minor;
  const Found found = connect.own_network ? FindInNamespace(wanted) : Found::kUnknown;
  if (found == Found::kNo) return -EACCES;
  if (found == Found::kUnknown) {
    const long asked_peer = AskPeer(connect, &address, size);
    if (asked_peer < 0) return asked_peer;
  }
  return Connect(connect.socket, &address, size);
}

}  // namespace

long ConnectOwnUnixSocket(const UnixConnect& connect) {
  Address address;
  __builtin_memcpy(&address, connect.address,
                   connect.address_size < sizeof address ? connect.address_size : sizeof address);
  const bool named = connect.address_size > kPathOffset && address.family == kUnixFamily;
  // Not an address of a server: the kernel has its own answer.
  if (!named || connect.address_size > sizeof address) {
    return Connect(connect.socket, connect.address, connect.address_size);
  }
  if (address.path[0] == '\0') {
    // An abstract name is of the network namespace.
    if (!connect.own_network) {
      const long asked = AskPeer(connect, connect.address, connect.address_size);
      if (asked < 0) return asked;
    }
    return Connect(connect.socket, connect.address, connect.address_size);
  }
  char path[kPathCapacity + 1] = {};
  __builtin_memcpy(path, address.path, connect.address_size - kPathOffset);
  const long file = OpenSocketFile(connect, path);
  if (file < 0) return file;
  const long result = ConnectFile(connect, static_cast<int>(file));
  sys::Close(static_cast<int>(file));
  return result;
}

}  // namespace ringfence
