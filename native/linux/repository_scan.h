// Finds the Git repositories below directories, so that each of them can be protected.
#ifndef RINGFENCE_LINUX_REPOSITORY_SCAN_H_
#define RINGFENCE_LINUX_REPOSITORY_SCAN_H_

#include <string>
#include <vector>

#include "core/scan_result.h"
#include "core/status.h"

namespace ringfence {

// Reads every directory below `roots` (absolute paths without symbolic links) once, at any depth.
// Symbolic links are not followed, `.git` is not entered, nor are kernel file systems such as
// /proc; other mounts are. A root that does not exist or is no directory has nothing below it.
// Fails only when the machine is out of descriptors or memory. Slow: for a worker thread.
Status ScanRepositories(const std::vector<std::string>& roots, const ScanOptions& options,
                        ScanResult* result);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_REPOSITORY_SCAN_H_
