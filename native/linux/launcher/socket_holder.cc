#include "linux/launcher/socket_holder.h"

#include <linux/fcntl.h>

#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence {
namespace {

// struct linux_dirent64, getdents64(2).
struct Entry {
  uint64_t inode;
  int64_t offset;
  uint16_t size;
  uint8_t type;
  char name[1];
};

// Calls `visit(name)` for each entry of a directory until it returns true; returns whether it did.
template <typename Visit>
bool AnyEntry(int directory, Visit visit) {
  alignas(Entry) char buffer[4096];
  for (;;) {
    const long size = sys::Call(__NR_getdents64, directory, sys::Address(buffer), sizeof buffer);
    if (size <= 0) return false;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
      if (visit(static_cast<const char*>(entry->name))) return true;
      at += entry->size;
    }
  }
}

bool Holds(const char* pid, const char* link) {
  Line<64> path;
  path.Add("/proc/").Add(pid).Add("/fd");
  const long opened = sys::OpenAt(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return false;
  const int directory = static_cast<int>(opened);
  const bool held = AnyEntry(directory, [directory, link](const char* name) {
    char target[64];
    const long size = sys::Call(__NR_readlinkat, directory, sys::Address(name),
                                sys::Address(target), sizeof target - 1);
    if (size <= 0) return false;
    target[size] = '\0';
    return Equal(target, link);
  });
  sys::Close(directory);
  return held;
}

}  // namespace

bool IsHeldInSandbox(uint32_t socket_inode) {
  Line<32> link;
  link.Add("socket:[").Add(socket_inode).Add("]");
  const long opened = sys::OpenAt(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return false;
  const bool held = AnyEntry(static_cast<int>(opened), [&link](const char* name) {
    int pid = 0;
    constexpr int kInit = 1;
    return ParseNumber(name, &pid) && pid != kInit && Holds(name, link.c_str());
  });
  sys::Close(static_cast<int>(opened));
  return held;
}

}  // namespace ringfence
