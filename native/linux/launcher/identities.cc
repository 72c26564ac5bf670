#include "linux/launcher/identities.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "linux/launcher/mount/mount_api.h"
#include "linux/launcher/sys.h"
#include "linux/uapi/syscall_numbers.h"

namespace ringfence {
namespace {

constexpr uint64_t kMountRoot = 0x2000;  // STATX_ATTR_MOUNT_ROOT, Linux 5.8

// One for each step of the plan; inode 0 where there is nothing to compare.
struct Identity {
  uint64_t device;
  uint64_t inode;
};

bool IsCompared(const wire::Mount& step) {
  return step.op == wire::MountOp::kBind || step.op == wire::MountOp::kPin ||
         step.op == wire::MountOp::kStub;
}

long Identify(const char* path, Identity* identity, bool* mount_root) {
  const long place = mount::OpenPlace(path);
  if (place < 0) return place;
  struct statx info;
  const long result =
      sys::Call(__NR_statx, place, sys::Address(""), AT_EMPTY_PATH, STATX_INO, sys::Address(&info));
  sys::Close(static_cast<int>(place));
  if (result < 0) return result;
  identity->device = (static_cast<uint64_t>(info.stx_dev_major) << 32) | info.stx_dev_minor;
  identity->inode = info.stx_ino;
  *mount_root = (info.stx_attributes & kMountRoot) != 0;
  return 0;
}

}  // namespace

Outcome RecordIdentities(const Launch& launch) {
  const long made = sys::Call(__NR_memfd_create, sys::Address("identities"), 0);
  RINGFENCE_TRY(Check(Stage::kLaunchRequest, made));
  const int file = static_cast<int>(made);
  const auto* steps = launch.PlanArray<wire::Mount>(launch.plan->mounts);
  for (uint32_t i = 0; i < launch.plan->mounts.count; ++i) {
    Identity identity = {0, 0};
    if (IsCompared(steps[i])) {
      const char* path = launch.PlanText(steps[i].path);
      bool mount_root = false;
      const long result = Identify(path, &identity, &mount_root);
      const bool optional = (steps[i].flags & wire::kMountOptional) != 0;
      if (!optional || result != -ENOENT) RINGFENCE_TRY(Check(Stage::kMountOpen, result, path));
    }
    const long written = sys::Write(file, &identity, sizeof identity);
    RINGFENCE_TRY(Check(Stage::kLaunchWrite, written));
  }
  if (file == launch.identities()) return {};
  const long moved = sys::Call(__NR_dup3, file, launch.identities(), 0);
  sys::Close(file);
  return Check(Stage::kLaunchDup, moved);
}

Outcome CompareIdentities(const Launch& launch) {
  const auto* steps = launch.PlanArray<wire::Mount>(launch.plan->mounts);
  for (uint32_t i = 0; i < launch.plan->mounts.count; ++i) {
    Identity wanted = {0, 0};
    const long size = sys::Call(__NR_pread64, launch.identities(), sys::Address(&wanted),
                                sizeof wanted, static_cast<long>(i * sizeof wanted));
    if (size != static_cast<long>(sizeof wanted)) return {Stage::kHelperProtocol, EINVAL, nullptr};
    if (wanted.inode == 0) continue;
    const char* path = launch.PlanText(steps[i].path);
    Identity found = {0, 0};
    bool mount_root = false;
    const long result = Identify(path, &found, &mount_root);
    const bool optional = (steps[i].flags & wire::kMountOptional) != 0;
    // Removed by the host meanwhile, or being removed: for the watch, which looks next.
    if (optional && (result == -ENOENT || (result == 0 && !mount_root))) continue;
    RINGFENCE_TRY(Check(Stage::kMountTarget, result, path));
    if (!mount_root || found.inode != wanted.inode || found.device != wanted.device) {
      return {Stage::kMountTarget, ESTALE, path};
    }
  }
  sys::Close(launch.identities());
  return {};
}

}  // namespace ringfence
