// /proc for the command: new for its own pid namespace, or the host's where that is refused.
#ifndef RINGFENCE_LINUX_LAUNCHER_MOUNT_PROC_H_
#define RINGFENCE_LINUX_LAUNCHER_MOUNT_PROC_H_

#include "linux/launcher/launch.h"

namespace ringfence::mount {

// A copy of the host's /proc, read-only, attached nowhere.
Outcome CaptureHostProc(int* mount);

// Attaches `host_proc` (or, when it is -1, a new procfs) on /proc. `controls` makes the parts that
// uid 0 may write without any capability read-only (/proc/sys and others, see proc(5)).
Outcome AttachProc(int host_proc, bool controls);

}  // namespace ringfence::mount

#endif  // RINGFENCE_LINUX_LAUNCHER_MOUNT_PROC_H_
