#include "linux/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace ringfence {
namespace {

constexpr unsigned kNoExecSeal = 0x8;  // MFD_NOEXEC_SEAL, Linux 6.3
constexpr unsigned kExec = 0x10;       // MFD_EXEC, Linux 6.3

int Create(const char* name, Executable executable) {
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const int fd =
      memfd_create(name, kFlags | (executable == Executable::kYes ? kExec : kNoExecSeal));
  // Older kernels know neither flag, and there a memory file is executable.
  return fd < 0 && errno == EINVAL ? memfd_create(name, kFlags) : fd;
}

}  // namespace

Status MakeMemoryFile(const char* name, const std::vector<char>& content, Executable executable,
                      unique_fd* file) {
  const Stage stage = executable == Executable::kYes ? Stage::kHelperMemfd : Stage::kLaunchRequest;
  unique_fd fd(Create(name, executable));
  if (!fd.valid()) return {stage, errno};
  for (size_t written = 0; written < content.size();) {
    const ssize_t size = write(fd.get(), content.data() + written, content.size() - written);
    if (size < 0) {
      if (errno == EINTR) continue;
      return {Stage::kLaunchWrite, errno};
    }
    written += static_cast<size_t>(size);
  }
  constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (fcntl(fd.get(), F_ADD_SEALS, kSeals) < 0) return {Stage::kHelperSeal, errno};
  *file = std::move(fd);
  return Status::Ok();
}

}  // namespace ringfence
