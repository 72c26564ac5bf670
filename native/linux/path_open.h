// Opens directories without following any symbolic link, so that a path means what it says even
// while a sandboxed command swaps its parts.
#ifndef RINGFENCE_LINUX_PATH_OPEN_H_
#define RINGFENCE_LINUX_PATH_OPEN_H_

#include <string_view>

#include "posix/unique_fd.h"

namespace ringfence {

// Opens the directory `path`, of any length, relative to `base` (a borrowed descriptor, or
// AT_FDCWD) when it is not absolute. `flags` is O_PATH or O_RDONLY; the descriptor is
// close-on-exec. Returns 0, or the errno: ELOOP for a symbolic link anywhere in the path.
int OpenDirectoryNoSymlinks(int base, std::string_view path, int flags, unique_fd* out);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_PATH_OPEN_H_
