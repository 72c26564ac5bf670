// What a search for Git repositories was told, and what it found.
#ifndef RINGFENCE_CORE_SCAN_RESULT_H_
#define RINGFENCE_CORE_SCAN_RESULT_H_

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
  Status failure;
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

}  // namespace ringfence

#endif  // RINGFENCE_CORE_SCAN_RESULT_H_
