#include "linux/launcher/mount/device_nodes.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "linux/launcher/file_type.h"
#include "linux/launcher/mount/mount_api.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence::mount {
namespace {

constexpr const char* kNodes[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                  "/dev/random", "/dev/urandom", "/dev/tty"};
constexpr size_t kPrefix = sizeof("/dev/") - 1;

struct Link {
  const char* name;
  const char* target;
};
constexpr Link kLinks[] = {{"fd", "/proc/self/fd"},
                           {"stdin", "/proc/self/fd/0"},
                           {"stdout", "/proc/self/fd/1"},
                           {"stderr", "/proc/self/fd/2"},
                           {"ptmx", "pts/ptmx"}};

Outcome AttachIn(int directory, const char* name, int mount, Stage stage) {
  const long place = sys::OpenAt(directory, name, O_PATH | O_CLOEXEC | O_NOFOLLOW);
  RINGFENCE_TRY(Check(stage, place, name));
  const long result = Attach(mount, static_cast<int>(place));
  sys::Close(static_cast<int>(place));
  return Check(stage, result, name);
}

}  // namespace

long NewTerminals() {
  const char* const options[] = {"newinstance", nullptr, "ptmxmode", "0666",
                                 "mode",        "0620",  nullptr,    nullptr};
  return NewFileSystem("devpts", options, kNoSuid | kNoExec);
}

Outcome DeviceNodes::Capture() {
  static_assert(sizeof(kNodes) / sizeof(kNodes[0]) == kCount);
  for (int i = 0; i < kCount; ++i) {
    const long place = OpenPlace(kNodes[i]);
    if (place == -ENOENT) continue;
    RINGFENCE_TRY(Check(Stage::kMountOpen, place, kNodes[i]));
    const long copy = CloneAt(static_cast<int>(place), Depth::kThis);
    sys::Close(static_cast<int>(place));
    RINGFENCE_TRY(Check(Stage::kMountClone, copy, kNodes[i]));
    sources_[i] = static_cast<int>(copy);
  }
  return {};
}

Outcome DeviceNodes::Build(int place, int file_system) {
  RINGFENCE_TRY(
      Check(Stage::kMountMake, sys::Call(__NR_mkdirat, file_system, sys::Address("dev"), 0755)));
  const long opened = sys::OpenAt(file_system, "dev", O_PATH | O_CLOEXEC | O_NOFOLLOW);
  RINGFENCE_TRY(Check(Stage::kMountDev, opened, "/dev"));
  const int directory = static_cast<int>(opened);
  RINGFENCE_TRY(MakeEntries(directory));
  const long copy = CloneAt(directory, Depth::kThis);
  sys::Close(directory);
  RINGFENCE_TRY(Check(Stage::kMountClone, copy, "/dev"));
  dev_ = static_cast<int>(copy);
  RINGFENCE_TRY(Check(Stage::kMountDev, Attach(dev_, place), "/dev"));
  for (int i = 0; i < kCount; ++i) {
    if (sources_[i] < 0) continue;
    RINGFENCE_TRY(AttachIn(dev_, kNodes[i] + kPrefix, sources_[i], Stage::kMountDevNode));
    sys::Close(sources_[i]);
  }
  const long pts = NewTerminals();
  RINGFENCE_TRY(Check(Stage::kMountDevpts, pts, "/dev/pts"));
  RINGFENCE_TRY(AttachIn(dev_, "pts", static_cast<int>(pts), Stage::kMountDevpts));
  sys::Close(static_cast<int>(pts));
  return BindSharedMemory();
}

Outcome DeviceNodes::MakeEntries(int directory) const {
  for (int i = 0; i < kCount; ++i) {
    if (sources_[i] < 0) continue;
    const char* name = kNodes[i] + kPrefix;
    RINGFENCE_TRY(Check(
        Stage::kMountMake,
        sys::Call(__NR_mknodat, directory, sys::Address(name), kRegularFile | 0644, 0), kNodes[i]));
  }
  RINGFENCE_TRY(
      Check(Stage::kMountMake, sys::Call(__NR_mkdirat, directory, sys::Address("pts"), 0755)));
  RINGFENCE_TRY(
      Check(Stage::kMountMake, sys::Call(__NR_mkdirat, directory, sys::Address("shm"), 0777)));
  // mkdirat() applies the umask.
  RINGFENCE_TRY(
      Check(Stage::kMountMake, sys::Call(__NR_fchmodat, directory, sys::Address("shm"), 01777)));
  for (const Link& link : kLinks) {
    RINGFENCE_TRY(Check(
        Stage::kMountSymlink,
        sys::Call(__NR_symlinkat, sys::Address(link.target), directory, sys::Address(link.name)),
        link.name));
  }
  return {};
}

// A directory of this tmpfs is enough for shm_open(3). Bound on itself, it stays writable when
// the rest becomes read-only.
Outcome DeviceNodes::BindSharedMemory() {
  const long place = sys::OpenAt(dev_, "shm", O_PATH | O_CLOEXEC | O_NOFOLLOW);
  RINGFENCE_TRY(Check(Stage::kMountDev, place, "/dev/shm"));
  const long copy = CloneAt(static_cast<int>(place), Depth::kThis);
  Outcome outcome = Check(Stage::kMountClone, copy, "/dev/shm");
  if (outcome.ok()) {
    const int mount = static_cast<int>(copy);
    outcome =
        Check(Stage::kMountAttributes, SetAttributes(mount, Depth::kThis, kNoDev, 0), "/dev/shm");
    if (outcome.ok()) {
      outcome = Check(Stage::kMountDev, Attach(mount, static_cast<int>(place)), "/dev/shm");
    }
    sys::Close(mount);
  }
  sys::Close(static_cast<int>(place));
  return outcome;
}

Outcome DeviceNodes::Finish() {
  if (dev_ < 0) return {};
  const long result = SetAttributes(dev_, Depth::kThis, kReadonly, 0);
  sys::Close(dev_);
  return Check(Stage::kMountAttributes, result, "/dev");
}

}  // namespace ringfence::mount
