#include "linux/launcher/mount/proc.h"

#include <linux/errno.h>

#include "linux/launcher/mount/mount_api.h"
#include "linux/launcher/sys.h"

namespace ringfence::mount {
namespace {

constexpr const char* kControls[] = {
    "/proc/sys", "/proc/sysrq-trigger", "/proc/irq",  "/proc/bus",
    "/proc/fs",  "/proc/acpi",          "/proc/scsi", "/proc/asound"};

Outcome MakeReadonly(const char* path) {
  const long place = OpenPlace(path);
  if (place == -ENOENT) return {};
  RINGFENCE_TRY(Check(Stage::kMountOpen, place, path));
  const long copy = CloneAt(static_cast<int>(place), Depth::kThis);
  RINGFENCE_TRY(Check(Stage::kMountClone, copy, path));
  const int mount = static_cast<int>(copy);
  Outcome outcome =
      Check(Stage::kMountProcControls, SetAttributes(mount, Depth::kThis, kReadonly, 0), path);
  if (outcome.ok()) {
    outcome = Check(Stage::kMountMove, Attach(mount, static_cast<int>(place)), path);
  }
  sys::Close(mount);
  sys::Close(static_cast<int>(place));
  return outcome;
}

}  // namespace

Outcome CaptureHostProc(int* mount) {
  const long place = OpenPlace("/proc");
  RINGFENCE_TRY(Check(Stage::kMountOpen, place, "/proc"));
  const long copy = CloneAt(static_cast<int>(place), Depth::kTree);
  sys::Close(static_cast<int>(place));
  RINGFENCE_TRY(Check(Stage::kMountClone, copy, "/proc"));
  *mount = static_cast<int>(copy);
  return Check(Stage::kMountAttributes,
               SetAttributes(*mount, Depth::kTree, kReadonly | kNoSuid | kNoDev | kNoExec, 0),
               "/proc");
}

Outcome MakeProc(int* mount) {
  const long made = NewFileSystem("proc", nullptr, kNoSuid | kNoDev | kNoExec);
  *mount = static_cast<int>(made);
  return Check(Stage::kMountProc, made, "/proc");
}

Outcome AttachProc(int mount) {
  const Outcome outcome = AttachAt(mount, "/proc", Stage::kMountProc);
  sys::Close(mount);
  return outcome;
}

Outcome ProtectProcControls() {
  for (const char* path : kControls) RINGFENCE_TRY(MakeReadonly(path));
  return {};
}

}  // namespace ringfence::mount
