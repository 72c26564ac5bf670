#include "posix/directory_names.h"

#include <dirent.h>

#include <cerrno>
#include <memory>
#include <string_view>

namespace ringfence {
namespace {

struct CloseStream {
  void operator()(DIR* stream) const { closedir(stream); }
};

}  // namespace

int ReadDirectoryNames(unique_fd directory, std::vector<std::string>* names) {
  const std::unique_ptr<DIR, CloseStream> stream(fdopendir(directory.get()));
  if (stream == nullptr) return errno;
  directory.release();  // now the stream's
  for (;;) {
    errno = 0;
    // Safe on any thread, as the stream is not shared (readdir(3)).
    const dirent* const entry = readdir(stream.get());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr) return errno;
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") names->emplace_back(name);
  }
}

}  // namespace ringfence
