// Anonymous files in memory (memfd_create(2)): what the launcher is started with and from.
#ifndef RINGFENCE_LINUX_MEMORY_FILE_H_
#define RINGFENCE_LINUX_MEMORY_FILE_H_

#include <vector>

#include "core/status.h"
#include "posix/unique_fd.h"

namespace ringfence {

enum class Executable { kNo, kYes };

// A file with this content that nobody can change any more (sealed), close-on-exec.
// With Executable::kYes it fails with EACCES where vm.memfd_noexec is 2.
Status MakeMemoryFile(const char* name, const std::vector<char>& content, Executable executable,
                      unique_fd* file);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_MEMORY_FILE_H_
