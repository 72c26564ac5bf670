#include "linux/helper_image.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "linux/memory_file.h"

namespace ringfence {

Status LoadHelperImage(const std::string& path, HelperImage* image) {
  unique_fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return {Stage::kHelperOpen, errno, path};
  std::vector<char> content;
  char buffer[65536];
  for (;;) {
    const ssize_t size = read(file.get(), buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return {Stage::kHelperRead, errno, path};
    if (size == 0) break;
    content.insert(content.end(), buffer, buffer + size);
  }
  if (content.empty()) return {Stage::kHelperRead, ENOEXEC, path};
  const Status status = MakeMemoryFile("ringfence-helper", content, Executable::kYes, &image->fd);
  image->in_memory = status.ok();
  // vm.memfd_noexec = 2 (EACCES), no memfd_create() at all (ENOSYS), or a filter (EPERM).
  if (!status.ok()) image->fd = std::move(file);
  return Status::Ok();
}

}  // namespace ringfence
