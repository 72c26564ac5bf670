// Finds the Git repositories below directories, so that each of them can be protected.
#ifndef RINGFENCE_WIN_REPOSITORY_SCAN_H_
#define RINGFENCE_WIN_REPOSITORY_SCAN_H_

#include <functional>
#include <string>
#include <vector>

#include "core/scan_result.h"
#include "core/status.h"
#include "win/api/os_error.h"

namespace ringfence::win {

struct DirectoryEntry {
  std::u16string name;
  bool directory = false;
  // It stands for something else, as junctions and symbolic links do, or has to be fetched first.
  bool reparse_point = false;
};

// All entries but "." and "..".
using ListEntries =
    std::function<OsError(const std::u16string& path, std::vector<DirectoryEntry>* entries)>;

// Reads every directory below `roots` (absolute) once, at any depth. Reparse points are not
// followed, `.git` (in any case) is not entered. A root that does not exist or is no directory has
// nothing below it. Slow: for a worker thread.
void ScanRepositories(const ListEntries& list, std::vector<std::u16string> roots,
                      const ScanOptions& options, ScanResult* result);

}  // namespace ringfence::win

#endif  // RINGFENCE_WIN_REPOSITORY_SCAN_H_
