// Finds the Git repositories below directories, so that each of them can be protected.
#ifndef RINGFENCE_LINUX_REPOSITORY_SCAN_H_
#define RINGFENCE_LINUX_REPOSITORY_SCAN_H_

#include <cstddef>
#include <string>
#include <vector>

#include "core/status.h"

namespace ringfence {

struct ScanOptions {
  // The scan stops, incomplete, before it would read one directory more than this.
  size_t max_directories = 1'000'000;
};

struct UnreadableDirectory {
  std::string path;
  int error;
};

struct ScanResult {
  // Absolute paths of the entries named `.git` (directory, file or symbolic link), valid UTF-8.
  std::vector<std::string> git_entries;
  size_t directories = 0;
  bool complete = true;
  // Directories that could not be read. Those that vanished meanwhile are not listed.
  std::vector<UnreadableDirectory> unreadable;
  // Number of `.git` entries left out of `git_entries`, their path being no UTF-8.
  size_t unrepresentable = 0;
};

// Reads every directory below `roots` (absolute paths without symbolic links) once, at any depth.
// Symbolic links are not followed, `.git` is not entered, nor are kernel file systems such as
// /proc; other mounts are. A root that does not exist or is no directory has nothing below it.
// Fails only when the machine is out of descriptors or memory. Slow: for a worker thread.
Status ScanRepositories(const std::vector<std::string>& roots, const ScanOptions& options,
                        ScanResult* result);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_REPOSITORY_SCAN_H_
