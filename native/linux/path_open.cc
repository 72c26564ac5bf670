#include "linux/path_open.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "linux/uapi/syscall_numbers.h"

namespace ringfence {
namespace {

// PATH_MAX counts the final NUL.
constexpr size_t kMaxPiece = 4095;

int OpenPiece(int base, const std::string& path, int flags, unique_fd* out) {
  open_how how = {};
  how.flags = static_cast<__u64>(flags | O_DIRECTORY | O_CLOEXEC);
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const long fd = syscall(__NR_openat2, base, path.c_str(), &how, sizeof how);
  if (fd < 0) return errno;
  out->reset(static_cast<int>(fd));
  return 0;
}

int OpenComponent(int base, const std::string& name, int flags, unique_fd* out) {
  const int fd = openat(base, name.c_str(), flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0) {
    out->reset(fd);
    return 0;
  }
  const int error = errno;
  struct stat entry = {};
  // O_DIRECTORY makes the kernel say ENOTDIR of a symbolic link.
  const bool is_link = error == ENOTDIR &&
                       fstatat(base, name.c_str(), &entry, AT_SYMLINK_NOFOLLOW) == 0 &&
                       S_ISLNK(entry.st_mode);
  return is_link ? ELOOP : error;
}

using OpenStep = int (*)(int base, const std::string& path, int flags, unique_fd* out);

// Opens `path` in steps of at most `max_components` whole components and kMaxPiece bytes.
int OpenInSteps(int base, std::string_view path, int flags, OpenStep step, size_t max_components,
                unique_fd* out) {
  unique_fd current;
  int from = base;
  std::string piece;
  const auto advance = [&](int step_flags) {
    unique_fd next;
    const int error = step(from, piece, step_flags, &next);
    if (error != 0) return error;
    current = std::move(next);
    from = current.get();
    piece.clear();
    return 0;
  };

  if (path.starts_with('/')) {
    piece = "/";
    if (max_components == 1) {
      if (const int error = advance(O_PATH); error != 0) return error;
    }
  }
  size_t components = 0;
  for (size_t i = 0; i < path.size();) {
    const size_t end = std::min(path.find('/', i), path.size());
    const std::string_view name = path.substr(i, end - i);
    i = end + 1;
    if (name.empty()) continue;
    if (components == max_components || piece.size() + 1 + name.size() > kMaxPiece) {
      if (const int error = advance(O_PATH); error != 0) return error;
      components = 0;
    }
    if (!piece.empty() && piece.back() != '/') piece += '/';
    piece += name;
    ++components;
  }
  if (piece.empty()) piece = ".";
  if (const int error = advance(flags); error != 0) return error;
  *out = std::move(current);
  return 0;
}

}  // namespace

int OpenDirectoryNoSymlinks(int base, std::string_view path, int flags, unique_fd* out) {
  if (path.empty()) return ENOENT;
  const int error = OpenInSteps(base, path, flags, OpenPiece, path.size(), out);
  // Before Linux 5.6, and under the system call filters of older container engines (which answer
  // EPERM), there is no openat2: walk one component at a time.
  if (error != ENOSYS && error != EPERM) return error;
  return OpenInSteps(base, path, flags, OpenComponent, 1, out);
}

}  // namespace ringfence
