#include "linux/launcher/mount_device.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "linux/launcher/sys.h"

namespace ringfence {
namespace {

constexpr unsigned kMountId = 0x1000;  // STATX_MNT_ID, Linux 5.8

// Reads proc_pid_mountinfo(5) byte by byte: "id parent major:minor root ..." in each line.
class Scanner {
 public:
  explicit Scanner(uint64_t wanted) : wanted_(wanted) {}

  // True when the line of the wanted mount has been read up to its device.
  bool Take(char c) {
    if (c == '\n') {
      field_ = 0;
      id_ = 0;
      return false;
    }
    const bool digit = c >= '0' && c <= '9';
    if (field_ == 0 && digit) id_ = id_ * 10 + static_cast<uint64_t>(c - '0');
    if (field_ == 2 && digit) number_ = number_ * 10 + static_cast<uint64_t>(c - '0');
    if (field_ == 2 && c == ':') {
      major_ = number_;
      number_ = 0;
    }
    if (c != ' ') return false;
    ++field_;
    if (field_ == 2) number_ = 0;
    return field_ == 3 && id_ == wanted_;
  }

  long device() const { return static_cast<long>((major_ << 20) | number_); }

 private:
  const uint64_t wanted_;
  int field_ = 0;
  uint64_t id_ = 0;
  uint64_t major_ = 0;
  uint64_t number_ = 0;
};

}  // namespace

long MountDeviceOf(int file) {
  struct statx info;
  const long asked =
      sys::Call(__NR_statx, file, sys::Address(""), AT_EMPTY_PATH, kMountId, sys::Address(&info));
  if (asked < 0) return asked;
  if ((info.stx_mask & kMountId) == 0) return -ENOSYS;
  // stx_mnt_id follows stx_dev_minor; old headers keep its place as spare.
  uint64_t id = 0;
  __builtin_memcpy(&id, reinterpret_cast<const char*>(&info) + 0x90, sizeof id);
  const long fd = sys::OpenAt(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fd;
  Scanner scanner(id);
  long result = -ENOENT;
  char buffer[4096];
  for (;;) {
    const long size = sys::Read(static_cast<int>(fd), buffer, sizeof buffer);
    bool found = false;
    for (long i = 0; i < size && !found; ++i) found = scanner.Take(buffer[i]);
    if (found) result = scanner.device();
    if (size <= 0 || found) break;
  }
  sys::Close(static_cast<int>(fd));
  return result;
}

}  // namespace ringfence
