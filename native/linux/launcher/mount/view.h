// Builds the command's view of the file system from the steps of a plan. Runs in the new mount
// namespace, as the process that becomes PID 1, before anything of the command exists.
#ifndef RINGFENCE_LINUX_LAUNCHER_MOUNT_VIEW_H_
#define RINGFENCE_LINUX_LAUNCHER_MOUNT_VIEW_H_

#include "linux/launcher/launch.h"
#include "linux/launcher/mount/masks.h"

namespace ringfence::mount {

// 1. everything private and nosuid, so that what follows stays ours
// 2. open the device nodes and the source of every bind, while the host's tree is still whole
// 3. the root step: read-only, writable, or empty with pivot_root(2)
// 4. the other steps in the order of the plan
// 5. close what was writable for building only
// Stops at the first failure.
Outcome BuildView(const Launch& launch, Masks* masks);

// Binds a directory on itself: it can then be neither renamed nor removed (EBUSY).
Outcome PinDirectory(const char* path);

// Binds whatever is at `path` on itself, read-only.
Outcome ProtectInPlace(const char* path);

}  // namespace ringfence::mount

#endif  // RINGFENCE_LINUX_LAUNCHER_MOUNT_VIEW_H_
