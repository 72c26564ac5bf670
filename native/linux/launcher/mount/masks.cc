#include "linux/launcher/mount/masks.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "linux/launcher/file_type.h"
#include "linux/launcher/mount/mount_api.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence::mount {
namespace {

constexpr char kHiddenDirectory[] = "hidden";
constexpr char kHiddenFile[] = "file";
constexpr char kEmptyDirectory[] = "empty";

long IsDirectory(int place, bool* directory) {
  struct statx info;
  const long result = sys::Call(__NR_statx, place, sys::Address(""), AT_EMPTY_PATH, STATX_TYPE,
                                sys::Address(&info));
  *directory = result >= 0 && (info.stx_mode & kTypeMask) == kDirectory;
  return result;
}

}  // namespace

long DeviceOf(int place, uint64_t* device) {
  struct statx info;
  const long result = sys::Call(__NR_statx, place, sys::Address(""), AT_EMPTY_PATH, STATX_TYPE,
                                sys::Address(&info));
  if (result < 0) return result;
  *device = (static_cast<uint64_t>(info.stx_dev_major) << 32) | info.stx_dev_minor;
  return 0;
}

Outcome Masks::Create(uint64_t most_bytes) {
  if (root_ >= 0) return {};
  Line<32> size;
  size.Add(most_bytes);
  const char* const options[] = {"mode",       "0755",  most_bytes == 0 ? nullptr : "size",
                                 size.c_str(), nullptr, nullptr};
  const long root = NewFileSystem("tmpfs", options, kNoSuid | kNoDev);
  RINGFENCE_TRY(Check(Stage::kMountTmpfs, root));
  root_ = static_cast<int>(root);
  RINGFENCE_TRY(Check(Stage::kMountMake,
                      sys::Call(__NR_mkdirat, root_, sys::Address(kHiddenDirectory), 0000)));
  RINGFENCE_TRY(Check(Stage::kMountMake,
                      sys::Call(__NR_mkdirat, root_, sys::Address(kEmptyDirectory), 0555)));
  RINGFENCE_TRY(Check(Stage::kMountMake,
                      sys::Call(__NR_mknodat, root_, sys::Address(kHiddenFile), kRegularFile, 0)));
  RINGFENCE_TRY(Check(Stage::kMountTmpfs, DeviceOf(root_, &device_)));
  RINGFENCE_TRY(AttachAt(root_, "/proc", Stage::kMountTmpfs));
  return Check(Stage::kMountAttributes, SetAttributes(root_, Depth::kThis, 0, kPrivate));
}

Outcome Masks::Reopen() {
  if (root_ < 0) return {};
  sys::Close(root_);
  const long place = OpenPlace("/proc");
  root_ = static_cast<int>(place);
  return Check(Stage::kMountOpen, place, "/proc");
}

Outcome Masks::Bind(const char* name, int place, const char* path) const {
  const long object = sys::OpenAt(root_, name, O_PATH | O_CLOEXEC | O_NOFOLLOW);
  RINGFENCE_TRY(Check(Stage::kMountMask, object, path));
  const long copy = CloneAt(static_cast<int>(object), Depth::kThis);
  sys::Close(static_cast<int>(object));
  RINGFENCE_TRY(Check(Stage::kMountClone, copy, path));
  const int mount = static_cast<int>(copy);
  long result = SetAttributes(mount, Depth::kThis, kReadonly, 0);
  if (result >= 0) result = Attach(mount, place);
  sys::Close(mount);
  return Check(Stage::kMountMask, result, path);
}

Outcome Masks::Hide(const char* path) const {
  const long opened = OpenPlace(path);
  RINGFENCE_TRY(Check(Stage::kMountTarget, opened, path));
  const int place = static_cast<int>(opened);
  bool directory = false;
  Outcome outcome = Check(Stage::kMountTarget, IsDirectory(place, &directory), path);
  if (outcome.ok()) outcome = Bind(directory ? kHiddenDirectory : kHiddenFile, place, path);
  sys::Close(place);
  return outcome;
}

Outcome Masks::Empty(const char* path) const {
  const long opened = OpenPlace(path);
  RINGFENCE_TRY(Check(Stage::kMountTarget, opened, path));
  const Outcome outcome = Bind(kEmptyDirectory, static_cast<int>(opened), path);
  sys::Close(static_cast<int>(opened));
  return outcome;
}

Outcome Masks::HideButSearchable(const char* path) {
  if (searchable_count_ == kMaxSearchable) return {Stage::kMountMask, E2BIG, path};
  Line<24> name;
  name.Add("search").Add(static_cast<uint64_t>(searchable_count_));
  RINGFENCE_TRY(Check(Stage::kMountMake,
                      sys::Call(__NR_mkdirat, root_, sys::Address(name.c_str()), 0111), path));
  const long place = sys::OpenAt(root_, name.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW);
  RINGFENCE_TRY(Check(Stage::kMountOpen, place, path));
  const long copy = CloneAt(static_cast<int>(place), Depth::kThis);
  sys::Close(static_cast<int>(place));
  RINGFENCE_TRY(Check(Stage::kMountClone, copy, path));
  searchable_[searchable_count_++] = static_cast<int>(copy);
  return AttachAt(static_cast<int>(copy), path, Stage::kMountMask);
}

Outcome Masks::Finish() {
  for (int i = 0; i < searchable_count_; ++i) {
    RINGFENCE_TRY(
        Check(Stage::kMountAttributes, SetAttributes(searchable_[i], Depth::kThis, kReadonly, 0)));
    sys::Close(searchable_[i]);
  }
  searchable_count_ = 0;
  return {};
}

}  // namespace ringfence::mount
