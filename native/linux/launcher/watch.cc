#include "linux/launcher/watch.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/stat.h>

#include "linux/launcher/mount/mount_api.h"
#include "linux/launcher/mount/view.h"
#include "linux/launcher/session.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence {
namespace {

constexpr uint64_t kMountRoot = 0x2000;  // STATX_ATTR_MOUNT_ROOT, Linux 5.8

struct Found {
  bool mounted = false;
  // Its last name is gone.
  bool nameless = false;
};

// Without following a symbolic link anywhere: one on the way means that the path was replaced.
long Look(const char* path, Found* found) {
  const long place = mount::OpenPlace(path);
  if (place < 0) return place;
  struct statx info;
  const long result = sys::Call(__NR_statx, place, sys::Address(""), AT_EMPTY_PATH,
                                STATX_TYPE | STATX_NLINK, sys::Address(&info));
  sys::Close(static_cast<int>(place));
  found->mounted = result >= 0 && (info.stx_attributes & kMountRoot) != 0;
  found->nameless = result >= 0 && info.stx_nlink == 0;
  return result;
}

void Pause() {
  struct {
    long seconds;
    long nanoseconds;
  } const pause = {0, 1000000};
  sys::Call(__NR_nanosleep, sys::Address(&pause), 0);
}

// The directory that holds `path`, and the name in it.
long OpenParent(const char* path, int* parent, const char** name) {
  const char* slash = LastSlash(path);
  Line<PATH_MAX> directory;
  directory.Add(path, slash == path ? 1 : static_cast<size_t>(slash - path));
  if (directory.overflow()) return -ENAMETOOLONG;
  const long opened = mount::OpenPlace(directory.c_str());
  *parent = static_cast<int>(opened);
  *name = slash + 1;
  return opened;
}

// The host may fill the place again (`git init`), which takes permissions. Through the mount that
// lies below the protection.
void OpenForHost(int stub) {
  Line<64> path;
  path.Add("/proc/self/fd/").Add(static_cast<uint64_t>(stub));
  sys::Call(__NR_fchmodat, AT_FDCWD, sys::Address(path.c_str()), 0755);
}

}  // namespace

Outcome Watch::Repair() {
  if (session_ != nullptr) return RepairSession(*session_);
  // An object that the host removes loses its mount some milliseconds before its path is gone.
  // Until then nothing can be mounted there, and nobody can put something in its place.
  constexpr int kMaxPasses = 200;
  const char* leaving = nullptr;
  for (int pass = 0; pass < kMaxPasses; ++pass) {
    leaving = nullptr;
    RINGFENCE_TRY(RepairAll(&leaving));
    if (leaving == nullptr) return {};
    Pause();
  }
  return {Stage::kWatchLost, EBUSY, leaving};
}

Outcome Watch::RepairAll(const char** leaving) {
  const auto* steps = launch_.PlanArray<wire::Mount>(launch_.plan->mounts);
  for (uint32_t i = 0; i < launch_.plan->mounts.count; ++i) {
    if (!wire::Protects(steps[i].op, steps[i].flags)) continue;
    RINGFENCE_TRY(RepairStep(steps[i], launch_.PlanText(steps[i].path), leaving));
  }
  return {};
}

Outcome Watch::RepairStep(const wire::Mount& step, const char* path, const char** leaving) {
  Found found;
  const long result = Look(path, &found);
  if (found.mounted) return {};
  // Below a hidden directory nothing can be reached, and nothing has to be repaired.
  if (result == -EACCES) return {};
  const bool missing = result == -ENOENT || result == -ENOTDIR;
  // What is hidden and gone holds no secret; if it comes back, an event says so.
  if (missing && step.op == wire::MountOp::kMask) return {};
  if (missing && (step.flags & wire::kMountOptional) != 0) return {};
  if (missing && masks_ != nullptr && step.op == wire::MountOp::kStub) {
    return missing_ == MissingStubs::kLeave ? Outcome{} : MakeStub(path);
  }
  if (masks_ == nullptr && found.nameless) {
    *leaving = path;
    return {};
  }
  if (result < 0 || masks_ == nullptr) {
    return {Stage::kWatchLost, result < 0 ? static_cast<int>(-result) : EXDEV, path};
  }
  Outcome outcome = Protect(step, path);
  // EINVAL: the directory that it was found in, a mount as well, is gone already.
  if (outcome.error == ENOENT || outcome.error == EINVAL) {
    *leaving = path;
    return {};
  }
  if (!outcome.ok()) outcome.stage = Stage::kWatchLost;
  return outcome;
}

Outcome Watch::Protect(const wire::Mount& step, const char* path) const {
  if (step.op == wire::MountOp::kPin) return mount::PinDirectory(path);
  if (step.op == wire::MountOp::kMask) return masks_->Hide(path);
  return mount::ProtectInPlace(path);
}

Outcome Watch::MakeStub(const char* path) {
  if (stub_count_ == kMaxStubs) return {Stage::kWatchLost, E2BIG, path};
  int parent = -1;
  const char* name = nullptr;
  const long opened = OpenParent(path, &parent, &name);
  if (opened < 0) return {Stage::kWatchLost, static_cast<int>(-opened), path};
  // Without any permission until it is mounted over, so that nothing gets in before.
  const long made = sys::Call(__NR_mkdirat, parent, sys::Address(name), 0000);
  const long stub = sys::OpenAt(parent, name, O_PATH | O_CLOEXEC | O_NOFOLLOW);
  sys::Close(parent);
  if (made < 0 && made != -EEXIST) return {Stage::kWatchLost, static_cast<int>(-made), path};
  if (made >= 0) stubs_[stub_count_++] = path;
  Outcome outcome = mount::ProtectInPlace(path);
  if (!outcome.ok()) outcome.stage = Stage::kWatchLost;
  if (outcome.ok() && made >= 0 && stub >= 0) OpenForHost(static_cast<int>(stub));
  if (stub >= 0) sys::Close(static_cast<int>(stub));
  return outcome;
}

void Watch::RemoveStubs() {
  if (stub_count_ == 0) return;
  constexpr int kEveryProcess = -1;
  constexpr int kSigKill = 9;
  constexpr int kDetachNoFollow = 2 | 8;  // MNT_DETACH | UMOUNT_NOFOLLOW
  sys::Call(__NR_kill, kEveryProcess, kSigKill);
  for (int i = 0; i < stub_count_; ++i) {
    int parent = -1;
    const char* name = nullptr;
    sys::Call(__NR_umount2, sys::Address(stubs_[i]), kDetachNoFollow);
    if (OpenParent(stubs_[i], &parent, &name) < 0) continue;
    sys::Call(__NR_unlinkat, parent, sys::Address(name), AT_REMOVEDIR);
    sys::Close(parent);
  }
}

}  // namespace ringfence
