// The numbers that /proc lists: processes, threads, descriptors, children.
#ifndef RINGFENCE_LINUX_LAUNCHER_PROC_ENTRIES_H_
#define RINGFENCE_LINUX_LAUNCHER_PROC_ENTRIES_H_

#include <linux/fcntl.h>

#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence {

// Calls use(number) for each. Nothing for a directory that is gone or may not be listed.
template <typename Use>
void EachNumberIn(int proc, const char* path, Use use) {
  // The kernel's struct linux_dirent64, getdents64(2).
  struct Entry {
    uint64_t inode;
    int64_t offset;
    unsigned short size;
    unsigned char type;
    char name[1];  // and more
  };
  const long directory = sys::OpenAt(proc, path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  if (directory < 0) return;
  alignas(Entry) char buffer[4096];
  for (;;) {
    const long size = sys::Call(__NR_getdents64, directory, sys::Address(buffer), sizeof buffer);
    if (size <= 0) break;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
      int number = 0;
      if (ParseNumber(entry->name, &number)) use(number);
      at += entry->size;
    }
  }
  sys::Close(static_cast<int>(directory));
}

// Calls use(pid) for each child in `path`, a `task/<tid>/children` of /proc (proc(5)).
template <typename Use>
void EachChildIn(int proc, const char* path, Use use) {
  const long fd = sys::OpenAt(proc, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  char buffer[4096];
  int child = 0;
  for (;;) {
    const long size = sys::Read(static_cast<int>(fd), buffer, sizeof buffer);
    if (size <= 0) break;
    for (long i = 0; i < size; ++i) {
      if (buffer[i] >= '0' && buffer[i] <= '9') {
        child = child * 10 + (buffer[i] - '0');
      } else if (child != 0) {
        use(child);
        child = 0;
      }
    }
  }
  sys::Close(static_cast<int>(fd));
}

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_PROC_ENTRIES_H_
