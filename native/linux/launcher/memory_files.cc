#include "linux/launcher/memory_files.h"

#include <linux/fcntl.h>
#include <linux/stat.h>

#include "linux/launcher/proc_entries.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence {
namespace {

// What proc(5) shows for such a descriptor begins with this.
constexpr char kPrefix[] = "/memfd:";
constexpr uint64_t kBlock = 512;

bool IsMemoryFile(int proc, const char* path) {
  char target[sizeof kPrefix] = {};
  const long size = sys::Call(__NR_readlinkat, proc, sys::Address(path), sys::Address(target),
                              sizeof kPrefix - 1);
  return size > 0 && Equal(target, kPrefix);
}

}  // namespace

void MemoryFiles::Add(int proc, int pid) {
  Line<64> descriptors;
  descriptors.Add(static_cast<uint64_t>(pid)).Add("/fd");
  EachNumberIn(proc, descriptors.c_str(), [&](int fd) {
    Line<64> path = descriptors;
    path.Add("/").Add(static_cast<uint64_t>(fd));
    if (!IsMemoryFile(proc, path.c_str())) return;
    struct statx info;
    const long result = sys::Call(__NR_statx, proc, sys::Address(path.c_str()), 0,
                                  STATX_BLOCKS | STATX_INO, sys::Address(&info));
    if (result >= 0 && IsNew(info.stx_ino)) bytes_ += info.stx_blocks * kBlock;
  });
}

bool MemoryFiles::IsNew(uint64_t inode) {
  for (int i = 0; i < known_count_; ++i) {
    if (known_[i] == inode) return false;
  }
  if (known_count_ < kMaxKnown) known_[known_count_++] = inode;
  return true;
}

}  // namespace ringfence
