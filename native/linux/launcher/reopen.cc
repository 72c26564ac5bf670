#include "linux/launcher/reopen.h"

#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/openat2.h>
#include <linux/stat.h>

#include "linux/launcher/file_type.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"
#include "linux/uapi/syscall_numbers.h"

namespace ringfence {
namespace {

bool Identify(int fd, struct statx* info) {
  return sys::Call(__NR_statx, fd, sys::Address(""), AT_EMPTY_PATH, STATX_TYPE | STATX_INO,
                   sys::Address(info)) >= 0;
}

bool IsSame(const struct statx& a, const struct statx& b) {
  return a.stx_ino == b.stx_ino && a.stx_dev_major == b.stx_dev_major &&
         a.stx_dev_minor == b.stx_dev_minor;
}

bool IsReadOnlyFile(int fd, struct statx* info) {
  const long flags = sys::Call(__NR_fcntl, fd, F_GETFL);
  return flags >= 0 && (flags & O_ACCMODE) == O_RDONLY && Identify(fd, info) &&
         (info->stx_mode & kTypeMask) == kRegularFile;
}

// The same file in this view, or -1.
int OpenInView(int fd, const struct statx& wanted) {
  Line<64> link;
  link.Add("/proc/self/fd/").Add(static_cast<uint64_t>(fd));
  char path[PATH_MAX];
  const long size = sys::Call(__NR_readlinkat, AT_FDCWD, sys::Address(link.c_str()),
                              sys::Address(path), sizeof path - 1);
  if (size <= 0 || size >= static_cast<long>(sizeof path) - 1 || path[0] != '/') return -1;
  path[size] = '\0';
  open_how how;
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  how.mode = 0;
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const long opened =
      sys::Call(__NR_openat2, AT_FDCWD, sys::Address(path), sys::Address(&how), sizeof how);
  if (opened < 0) return -1;
  const int file = static_cast<int>(opened);
  struct statx found;
  if (Identify(file, &found) && IsSame(found, wanted)) return file;
  sys::Close(file);
  return -1;
}

Outcome Exchange(int fd, int file) {
  constexpr int kSeekSet = 0;
  constexpr int kSeekCurrent = 1;
  const long offset = sys::Call(__NR_lseek, fd, 0, kSeekCurrent);
  long result = offset < 0 ? offset : sys::Call(__NR_lseek, file, offset, kSeekSet);
  if (result >= 0) result = sys::Call(__NR_fcntl, file, F_SETFL, 0);
  if (result >= 0) result = sys::Call(__NR_dup3, file, fd, 0);
  sys::Close(file);
  return Check(Stage::kLaunchStdio, result);
}

}  // namespace

Outcome ReopenInput(const Launch& launch, int stdio) {
  if (launch.plan->mode == wire::Mode::kLandlock) return {};
  for (int fd = 0; fd < stdio; ++fd) {
    struct statx info;
    if (!IsReadOnlyFile(fd, &info)) continue;
    const int file = OpenInView(fd, info);
    if (file >= 0) RINGFENCE_TRY(Exchange(fd, file));
  }
  return {};
}

}  // namespace ringfence
