#include "linux/launcher/mount/slot_view.h"

#include <linux/errno.h>

#include "linux/launcher/limits.h"
#include "linux/launcher/mount/device_nodes.h"
#include "linux/launcher/mount/mount_api.h"
#include "linux/launcher/mount/proc.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence::mount {
namespace {

constexpr int kDetachNoFollow = 2 | 8;  // MNT_DETACH | UMOUNT_NOFOLLOW

const wire::Mount* FindStep(const Launch& launch, wire::MountOp op) {
  const auto* steps = launch.PlanArray<wire::Mount>(launch.plan->mounts);
  for (uint32_t i = 0; i < launch.plan->mounts.count; ++i) {
    if (steps[i].op == op) return &steps[i];
  }
  return nullptr;
}

// A rule of the policy shows the host's directory there.
bool IsBound(const Launch& launch, const char* path) {
  const auto* steps = launch.PlanArray<wire::Mount>(launch.plan->mounts);
  for (uint32_t i = 0; i < launch.plan->mounts.count; ++i) {
    if (steps[i].op != wire::MountOp::kBind) continue;
    const char* bound = launch.PlanText(steps[i].path);
    if (Equal(bound, "/dev") || StartsWith(bound, path)) return true;
  }
  return false;
}

Outcome Detach(const char* path) {
  return Check(Stage::kMountDetach, sys::Call(__NR_umount2, sys::Address(path), kDetachNoFollow),
               path);
}

// The /proc that is there is taken away, which uncovers the file system of the masks for a moment,
// and gives access to it in this mount namespace. The new one is made before: the kernel wants to
// see a whole /proc then.
Outcome RenewProc(const wire::Mount& step, Masks* masks) {
  const bool host = (step.flags & wire::kMountHostProc) != 0;
  int proc = -1;
  RINGFENCE_TRY(host ? CaptureHostProc(&proc) : MakeProc(&proc));
  RINGFENCE_TRY(Detach("/proc"));
  RINGFENCE_TRY(masks->Reopen());
  RINGFENCE_TRY(AttachProc(proc));
  if (host || (step.flags & wire::kMountProcControls) == 0) return {};
  return ProtectProcControls();
}

Outcome AttachNew(const char* path, long made, Stage stage, bool used) {
  RINGFENCE_TRY(Check(stage, made, path));
  if (used) RINGFENCE_TRY(Detach(path));
  const Outcome outcome = AttachAt(static_cast<int>(made), path, stage);
  sys::Close(static_cast<int>(made));
  return outcome;
}

Outcome RenewDevices(const Launch& launch, bool used) {
  if (!IsBound(launch, "/dev/pts")) {
    RINGFENCE_TRY(AttachNew("/dev/pts", NewTerminals(), Stage::kMountDevpts, used));
  }
  if (IsBound(launch, "/dev/shm")) return {};
  const wire::Limit* memory = FindLimit(launch, wire::LimitKind::kMemory);
  Line<32> size;
  if (memory != nullptr) size.Add(memory->value);
  const char* const options[] = {"mode",       "1777",  memory == nullptr ? nullptr : "size",
                                 size.c_str(), nullptr, nullptr};
  return AttachNew("/dev/shm", NewFileSystem("tmpfs", options, kNoSuid | kNoDev),
                   Stage::kMountTmpfs, used);
}

}  // namespace

Outcome MakeSlotView(const Launch& launch, Masks* masks, bool used) {
  if (const wire::Mount* proc = FindStep(launch, wire::MountOp::kProc)) {
    RINGFENCE_TRY(RenewProc(*proc, masks));
  }
  if (FindStep(launch, wire::MountOp::kDev) == nullptr) return {};
  return RenewDevices(launch, used);
}

}  // namespace ringfence::mount
