// Memory of files that no file system has: memfd_create(2). What is written to one is in no process
// unless it is mapped.
#ifndef RINGFENCE_LINUX_LAUNCHER_MEMORY_FILES_H_
#define RINGFENCE_LINUX_LAUNCHER_MEMORY_FILES_H_

#include <stdint.h>

namespace ringfence {

class MemoryFiles {
 public:
  // Adds those that a process has open. Each counts once, however many have it open.
  void Add(int proc, int pid);

  uint64_t bytes() const { return bytes_; }

 private:
  bool IsNew(uint64_t inode);

  // Of more, those at the end count once for each descriptor.
  static constexpr int kMaxKnown = 1024;
  uint64_t known_[kMaxKnown];
  int known_count_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_MEMORY_FILES_H_
