#include "linux/launcher/unix_target.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "linux/launcher/mount_device.h"
#include "linux/launcher/socket_holder.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"
#include "linux/launcher/unix_diag.h"

namespace ringfence {
namespace {

constexpr uint16_t kUnixFamily = 1;  // AF_UNIX
constexpr uint32_t kPathOffset = 2;  // of sun_path in struct sockaddr_un
constexpr uint32_t kPathCapacity = 108;

// Opens what the path names, seen from the calling thread.
long OpenSocketFile(const UnixRequest& request, const char* path) {
  int base = AT_FDCWD;
  if (path[0] != '/') {
    Line<64> cwd;
    cwd.Add("/proc/").Add(request.thread).Add("/cwd");
    const long opened = sys::OpenAt(AT_FDCWD, cwd.c_str(), O_PATH | O_CLOEXEC);
    if (opened < 0) return -EACCES;
    base = static_cast<int>(opened);
  }
  const long file = sys::OpenAt(base, path, O_PATH | O_CLOEXEC);
  if (base != AT_FDCWD) sys::Close(base);
  return file;
}

// Asks again with the kernel's own device number where statx(2) shows another.
Listener Find(int diag, UnixName name, int file, uint32_t* socket_inode) {
  const Listener found = FindListener(diag, name, socket_inode);
  if (found != Listener::kOtherDevice) return found;
  const long device = MountDeviceOf(file);
  if (device < 0 || static_cast<uint32_t>(device) == name.device) return Listener::kNone;
  name.device = static_cast<uint32_t>(device);
  const Listener again = FindListener(diag, name, socket_inode);
  return again == Listener::kOtherDevice ? Listener::kNone : again;
}

long Decide(const UnixRequest& request, const UnixName& name, int file) {
  const long opened = OpenUnixDiag();
  if (opened < 0) return -EACCES;
  uint32_t socket_inode = 0;
  const Listener own = Find(static_cast<int>(opened), name, file, &socket_inode);
  sys::Close(static_cast<int>(opened));
  if (own == Listener::kUnknown) return -EACCES;
  if (!request.own_network) {
    if (own == Listener::kNone) return -ECONNREFUSED;
    return IsHeldInSandbox(socket_inode) ? 0 : -EACCES;
  }
  if (own == Listener::kFound) return 0;
  // Nobody of ours listens. Whether the host does makes a difference for the command: a program
  // takes a socket file that nobody listens on for a leftover, and removes it.
  if (name.abstract != nullptr) return -ECONNREFUSED;
  const Listener host = Find(request.host_diag, name, file, &socket_inode);
  return host == Listener::kNone ? -ECONNREFUSED : -EACCES;
}

long NameOf(int file, UnixName* name) {
  struct statx info;
  const long result =
      sys::Call(__NR_statx, file, sys::Address(""), AT_EMPTY_PATH, STATX_INO, sys::Address(&info));
  name->inode = static_cast<uint32_t>(info.stx_ino);
  name->device = (info.stx_dev_major << 20) | info.stx_dev_minor;
  return result;
}

void SetFileAddress(UnixTarget* target) {
  Line<64> path;
  path.Add("/proc/self/fd/").Add(static_cast<uint64_t>(target->file));
  __builtin_memcpy(target->address, &kUnixFamily, sizeof kUnixFamily);
  __builtin_memcpy(target->address + kPathOffset, path.c_str(), path.size() + 1);
  target->address_size = static_cast<uint32_t>(kPathOffset + path.size() + 1);
}

}  // namespace

long FindUnixTarget(const UnixRequest& request, UnixTarget* target) {
  uint16_t family = 0;
  if (request.address_size >= sizeof family) {
    __builtin_memcpy(&family, request.address, sizeof family);
  }
  const bool named = request.address_size > kPathOffset &&
                     request.address_size <= kPathOffset + kPathCapacity && family == kUnixFamily;
  UnixName name;
  if (!named || request.address[kPathOffset] == '\0') {
    target->address_size = request.address_size;
    __builtin_memcpy(target->address, request.address, request.address_size);
    // Not an address of a server: the kernel has its own answer.
    if (!named) return 0;
    name.abstract = request.address + kPathOffset + 1;
    name.abstract_size = request.address_size - kPathOffset - 1;
    return Decide(request, name, -1);
  }
  char path[kPathCapacity + 1] = {};
  __builtin_memcpy(path, request.address + kPathOffset, request.address_size - kPathOffset);
  const long file = OpenSocketFile(request, path);
  if (file < 0) return file;
  target->file = static_cast<int>(file);
  SetFileAddress(target);
  const long named_file = NameOf(target->file, &name);
  return named_file < 0 ? named_file : Decide(request, name, target->file);
}

}  // namespace ringfence
