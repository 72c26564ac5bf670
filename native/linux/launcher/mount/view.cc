#include "linux/launcher/mount/view.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/mount.h>

#include <initializer_list>

#include "linux/launcher/limits.h"
#include "linux/launcher/mount/device_nodes.h"
#include "linux/launcher/mount/mount_api.h"
#include "linux/launcher/mount/place.h"
#include "linux/launcher/mount/proc.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"
#include "linux/uapi/syscall_numbers.h"

namespace ringfence::mount {
namespace {

// One build. Lives on the stack of BuildView(); descriptors left open by a failure end with the
// process.
struct Build {
  const Launch& launch;
  Masks* masks;
  const wire::Mount* steps;
  uint32_t count;
  int* sources;  // one for each step, -1 where it has none
  DeviceNodes devices;
  int proc = -1;
  int root = -1;  // our tmpfs, when the view starts empty
  OwnFileSystems own;
};

const char* PathOf(const Build& build, const wire::Mount& step) {
  return build.launch.PlanText(step.path);
}

// An array of `count` descriptors, all -1. Mapped, since there is no heap; ends with the process.
Outcome MakeSources(Build* build) {
  const size_t size = (static_cast<size_t>(build->count) + 1) * sizeof(int);
  const long address = sys::MapMemory(size);
  RINGFENCE_TRY(Check(Stage::kSupervisorMap, address));
  build->sources = reinterpret_cast<int*>(address);
  for (uint32_t i = 0; i < build->count; ++i) build->sources[i] = -1;
  return {};
}

Outcome OpenRoot(Stage stage, int* root) {
  const long place = OpenPlace("/");
  *root = static_cast<int>(place);
  return Check(stage, place, "/");
}

Outcome SetRoot(uint64_t attributes) {
  int root = -1;
  RINGFENCE_TRY(OpenRoot(Stage::kMountOpen, &root));
  const long result = SetAttributes(root, Depth::kTree, attributes, kPrivate);
  sys::Close(root);
  return Check(Stage::kMountAttributes, result, "/");
}

Outcome CaptureBind(Build* build, uint32_t index) {
  const wire::Mount& step = build->steps[index];
  const char* path = PathOf(*build, step);
  const long place = OpenPlace(path);
  RINGFENCE_TRY(Check(Stage::kMountOpen, place, path));
  const long copy = CloneAt(static_cast<int>(place), Depth::kTree);
  sys::Close(static_cast<int>(place));
  RINGFENCE_TRY(Check(Stage::kMountClone, copy, path));
  build->sources[index] = static_cast<int>(copy);
  const uint64_t readonly = (step.flags & wire::kMountReadonly) != 0 ? kReadonly : 0;
  // A rule that names something in /dev is meant to make the device usable.
  const uint64_t nodev = StartsWith(path, "/dev/") ? 0 : kNoDev;
  return Check(Stage::kMountAttributes,
               SetAttributes(static_cast<int>(copy), Depth::kTree, kNoSuid | nodev | readonly, 0),
               path);
}

Outcome Capture(Build* build) {
  for (uint32_t i = 0; i < build->count; ++i) {
    const wire::Mount& step = build->steps[i];
    if (step.op == wire::MountOp::kBind) RINGFENCE_TRY(CaptureBind(build, i));
    if (step.op == wire::MountOp::kDev) RINGFENCE_TRY(build->devices.Capture());
    if (step.op == wire::MountOp::kProc) {
      const bool host = (step.flags & wire::kMountHostProc) != 0;
      RINGFENCE_TRY(host ? CaptureHostProc(&build->proc) : MakeProc(&build->proc));
    }
  }
  return {};
}

// pivot_root(2), "pivot_root(".", ".")": the old root ends up on top of the new one and is
// detached from there, so no directory for it is needed.
Outcome EmptyRoot(Build* build) {
  const char* const options[] = {"mode", "0755", nullptr, nullptr};
  const long made = NewFileSystem("tmpfs", options, kNoSuid | kNoDev);
  RINGFENCE_TRY(Check(Stage::kMountTmpfs, made, "/"));
  build->root = static_cast<int>(made);
  build->own.has_root = true;
  RINGFENCE_TRY(Check(Stage::kMountTmpfs, DeviceOf(build->root, &build->own.root_device), "/"));
  RINGFENCE_TRY(AttachAt(build->root, "/proc", Stage::kMountMove));
  RINGFENCE_TRY(Check(Stage::kMountPivot, sys::Call(__NR_fchdir, build->root)));
  RINGFENCE_TRY(
      Check(Stage::kMountPivot, sys::Call(__NR_pivot_root, sys::Address("."), sys::Address("."))));
  constexpr int kMntDetach = 2;
  RINGFENCE_TRY(Check(Stage::kMountDetach, sys::Call(__NR_umount2, sys::Address("."), kMntDetach)));
  RINGFENCE_TRY(Check(Stage::kMountChdir, sys::Call(__NR_chdir, sys::Address("/"))));
  return {};
}

Outcome AttachBind(Build* build, uint32_t index) {
  const wire::Mount& step = build->steps[index];
  const char* path = PathOf(*build, step);
  const PlaceType type =
      (step.flags & wire::kMountDirectory) != 0 ? PlaceType::kDirectory : PlaceType::kFile;
  int place = -1;
  RINGFENCE_TRY(OpenOrMakePlace(build->own, path, type, &place));
  const long result = Attach(build->sources[index], place);
  sys::Close(place);
  sys::Close(build->sources[index]);
  return Check(Stage::kMountMove, result, path);
}

Outcome Mask(Build* build, const wire::Mount& step) {
  const char* path = PathOf(*build, step);
  if ((step.flags & wire::kMountSearch) != 0) return build->masks->HideButSearchable(path);
  return build->masks->Hide(path);
}

Outcome MakeSymlink(Build* build, const wire::Mount& step) {
  const char* path = PathOf(*build, step);
  char parent[4096];
  const char* slash = nullptr;
  size_t length = 0;
  for (const char* p = path; *p != '\0'; ++p, ++length) {
    if (*p == '/') slash = p;
  }
  if (slash == nullptr || length >= sizeof parent) return {Stage::kMountSymlink, EINVAL, path};
  const auto parent_length = static_cast<size_t>(slash - path);
  __builtin_memcpy(parent, path, parent_length);
  parent[parent_length] = '\0';
  int place = -1;
  RINGFENCE_TRY(OpenOrMakePlace(build->own, parent_length == 0 ? "/" : parent,
                                PlaceType::kDirectory, &place));
  const long result = sys::Call(__NR_symlinkat, sys::Address(build->launch.PlanText(step.target)),
                                place, sys::Address(slash + 1));
  sys::Close(place);
  return Check(Stage::kMountSymlink, result == -EEXIST ? 0 : result, path);
}

// On /proc, which is covered by the real one later.
Outcome CreateMasks(Build* build) {
  if (build->own.masks != nullptr) return {};
  int place = -1;
  RINGFENCE_TRY(OpenOrMakePlace(build->own, "/proc", PlaceType::kDirectory, &place));
  sys::Close(place);
  build->own.masks = build->masks;
  const wire::Limit* memory = FindLimit(build->launch, wire::LimitKind::kMemory);
  return build->masks->Create(memory == nullptr ? 0 : memory->value);
}

Outcome BuildProc(Build* build, const wire::Mount& step) {
  RINGFENCE_TRY(CreateMasks(build));
  RINGFENCE_TRY(AttachProc(build->proc));
  const bool made = (step.flags & wire::kMountHostProc) == 0;
  if (!made || (step.flags & wire::kMountProcControls) == 0) return {};
  return ProtectProcControls();
}

Outcome BuildDev(Build* build) {
  int place = -1;
  RINGFENCE_TRY(OpenOrMakePlace(build->own, "/dev", PlaceType::kDirectory, &place));
  RINGFENCE_TRY(CreateMasks(build));
  const Outcome outcome = build->devices.Build(place, build->masks->root());
  sys::Close(place);
  return outcome;
}

// Names of the host's network interfaces; absent where there is no sysfs.
Outcome HideSysNet(Build* build) {
  for (const char* path : {"/sys/class/net", "/sys/devices/virtual/net"}) {
    const Outcome outcome = build->masks->Empty(path);
    if (!outcome.ok() && outcome.error != ENOENT) return outcome;
  }
  return {};
}

Outcome RunStep(Build* build, uint32_t index) {
  const wire::Mount& step = build->steps[index];
  switch (step.op) {
    case wire::MountOp::kReadonlyRoot:
      return SetRoot(kReadonly | kNoSuid | kNoDev);
    case wire::MountOp::kWritableRoot:
      return SetRoot(kNoSuid | kNoDev);
    case wire::MountOp::kEmptyRoot:
      return EmptyRoot(build);
    case wire::MountOp::kBind:
      return AttachBind(build, index);
    case wire::MountOp::kPin:
      return PinDirectory(PathOf(*build, step));
    case wire::MountOp::kStub:
      return ProtectInPlace(PathOf(*build, step));
    case wire::MountOp::kMask:
      return Mask(build, step);
    case wire::MountOp::kSymlink:
      return MakeSymlink(build, step);
    case wire::MountOp::kProc:
      return BuildProc(build, step);
    case wire::MountOp::kDev:
      return BuildDev(build);
    case wire::MountOp::kSysNet:
      return HideSysNet(build);
  }
  return {Stage::kHelperProtocol, EINVAL, nullptr};
}

Outcome Run(Build* build, uint32_t index) {
  Outcome outcome = RunStep(build, index);
  const bool optional = (build->steps[index].flags & wire::kMountOptional) != 0;
  // The host removed the pinned directory above between two calls of the step.
  if (optional && outcome.error == EINVAL) outcome = RunStep(build, index);
  return optional && outcome.error == ENOENT ? Outcome{} : outcome;
}

// Binds what is at `path` on itself.
Outcome SelfBind(const char* path, uint64_t attributes, Stage stage) {
  const long place = OpenPlace(path);
  RINGFENCE_TRY(Check(stage, place, path));
  const long copy = CloneAt(static_cast<int>(place), Depth::kTree);
  RINGFENCE_TRY(Check(Stage::kMountClone, copy, path));
  const int mount = static_cast<int>(copy);
  Outcome outcome;
  if (attributes != 0) {
    outcome =
        Check(Stage::kMountAttributes, SetAttributes(mount, Depth::kTree, attributes, 0), path);
  }
  if (outcome.ok()) {
    outcome = Check(Stage::kMountMove, Attach(mount, static_cast<int>(place)), path);
  }
  sys::Close(mount);
  sys::Close(static_cast<int>(place));
  return outcome;
}

}  // namespace

Outcome PinDirectory(const char* path) { return SelfBind(path, 0, Stage::kMountOpen); }

Outcome ProtectInPlace(const char* path) { return SelfBind(path, kReadonly, Stage::kMountStub); }

Outcome BuildView(const Launch& launch, Masks* masks) {
  Build build{launch,
              masks,
              launch.PlanArray<wire::Mount>(launch.plan->mounts),
              launch.plan->mounts.count,
              nullptr,
              {},
              -1,
              -1,
              {}};
  RINGFENCE_TRY(MakeSources(&build));
  RINGFENCE_TRY(SetRoot(kNoSuid));
  RINGFENCE_TRY(Capture(&build));
  for (uint32_t i = 0; i < build.count; ++i) RINGFENCE_TRY(Run(&build, i));
  RINGFENCE_TRY(masks->Finish());
  RINGFENCE_TRY(build.devices.Finish());
  if (build.root >= 0) {
    RINGFENCE_TRY(
        Check(Stage::kMountAttributes, SetAttributes(build.root, Depth::kThis, kReadonly, 0), "/"));
    sys::Close(build.root);
  }
  return {};
}

}  // namespace ringfence::mount
