#include "linux/launcher/watch.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/inotify.h>
#include <linux/limits.h>
#include <linux/stat.h>

#include "linux/launcher/file_type.h"
#include "linux/launcher/mount/view.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence {
namespace {

constexpr uint64_t kMountRoot = 0x2000;  // STATX_ATTR_MOUNT_ROOT, Linux 5.8

// Adds a watch of the directory that holds `path`.
long WatchParent(int fd, const char* path) {
  const char* slash = LastSlash(path);
  Line<PATH_MAX> parent;
  parent.Add(path, slash == path ? 1 : static_cast<size_t>(slash - path));
  if (parent.overflow()) return -ENAMETOOLONG;
  return sys::Call(__NR_inotify_add_watch, fd, sys::Address(parent.c_str()),
                   IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ONLYDIR);
}

}  // namespace

bool Watch::Protects(const wire::Mount& step) const {
  switch (step.op) {
    case wire::MountOp::kStub:
    case wire::MountOp::kMask:
    case wire::MountOp::kPin:
      return true;
    case wire::MountOp::kBind:
      return (step.flags & wire::kMountReadonly) != 0;
    default:
      return false;
  }
}

Outcome Watch::Start(const Launch& launch, const mount::Masks* masks) {
  launch_ = &launch;
  masks_ = masks;
  const auto* steps = launch.PlanArray<wire::Mount>(launch.plan->mounts);
  bool any = false;
  for (uint32_t i = 0; i < launch.plan->mounts.count; ++i) {
    if (!Protects(steps[i])) continue;
    if (!any) {
      any = true;
      const long made = sys::Call(__NR_inotify_init1, O_CLOEXEC | O_NONBLOCK);
      if (made == -EMFILE || made == -ENFILE || made == -ENOMEM) {
        polling_ = true;
        break;
      }
      RINGFENCE_TRY(Check(Stage::kWatchInit, made));
      fd_ = static_cast<int>(made);
    }
    const char* path = launch.PlanText(steps[i].path);
    const long watch = WatchParent(fd_, path);
    if (watch == -ENOSPC || watch == -ENOMEM) {
      polling_ = true;
      break;
    }
    // A parent that cannot be opened cannot be reached by the command either.
    if (watch != -ENOENT && watch != -EACCES) RINGFENCE_TRY(Check(Stage::kWatchAdd, watch, path));
  }
  // What changed between the mounts and the watches.
  return any ? Repair() : Outcome{};
}

bool Watch::Concerns(const char* name) const {
  const auto* steps = launch_->PlanArray<wire::Mount>(launch_->plan->mounts);
  for (uint32_t i = 0; i < launch_->plan->mounts.count; ++i) {
    if (!Protects(steps[i])) continue;
    const char* path = launch_->PlanText(steps[i].path);
    const char* slash = LastSlash(path);
    if (slash != nullptr && Equal(slash + 1, name)) return true;
  }
  return false;
}

Outcome Watch::Handle() {
  if (polling_) return Repair();
  alignas(inotify_event) char buffer[4096];
  bool concerned = false;
  for (;;) {
    const long size = sys::Read(fd_, buffer, sizeof buffer);
    if (size <= 0) break;
    for (long at = 0; at < size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      if ((event->mask & IN_Q_OVERFLOW) != 0 || (event->len > 0 && Concerns(event->name))) {
        concerned = true;
      }
      at += static_cast<long>(sizeof(inotify_event) + event->len);
    }
  }
  return concerned ? Repair() : Outcome{};
}

Outcome Watch::Repair() const {
  const auto* steps = launch_->PlanArray<wire::Mount>(launch_->plan->mounts);
  for (uint32_t i = 0; i < launch_->plan->mounts.count; ++i) {
    if (!Protects(steps[i])) continue;
    RINGFENCE_TRY(RepairStep(steps[i], launch_->PlanText(steps[i].path)));
  }
  return {};
}

Outcome Watch::RepairStep(const wire::Mount& step, const char* path) const {
  struct statx info;
  const long result = sys::Call(__NR_statx, AT_FDCWD, sys::Address(path), AT_SYMLINK_NOFOLLOW,
                                STATX_TYPE, sys::Address(&info));
  if (result >= 0 && (info.stx_attributes & kMountRoot) != 0) return {};
  // Below a hidden directory nothing can be reached, and nothing has to be repaired.
  if (result == -EACCES) return {};
  const bool missing = result == -ENOENT || result == -ENOTDIR;
  // What is hidden and gone holds no secret; if it comes back, an event says so.
  if (missing && step.op == wire::MountOp::kMask) return {};
  if (result < 0 || masks_ == nullptr) {
    return {Stage::kWatchLost, result < 0 ? static_cast<int>(-result) : EXDEV, path};
  }
  Outcome outcome;
  if (step.op == wire::MountOp::kPin) {
    outcome = mount::PinDirectory(path);
  } else if (step.op != wire::MountOp::kMask) {
    outcome = mount::ProtectInPlace(path);
  } else if ((info.stx_mode & kTypeMask) == kDirectory) {
    outcome = masks_->HideDirectory(path);
  } else {
    outcome = masks_->HideFile(path);
  }
  if (!outcome.ok()) outcome.stage = Stage::kWatchLost;
  return outcome;
}

}  // namespace ringfence
