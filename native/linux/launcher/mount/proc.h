// /proc for the command: new for its own pid namespace, or the host's where that is refused.
#ifndef RINGFENCE_LINUX_LAUNCHER_MOUNT_PROC_H_
#define RINGFENCE_LINUX_LAUNCHER_MOUNT_PROC_H_

#include "linux/launcher/launch.h"

namespace ringfence::mount {

// A copy of the host's /proc, read-only, attached nowhere.
Outcome CaptureHostProc(int* mount);

// A new procfs of the own pid namespace, attached nowhere. The kernel refuses it (EPERM) unless a
// whole /proc is visible in the mount namespace, so it is made before the root changes.
Outcome MakeProc(int* mount);

// Attaches `mount` on /proc and closes it.
Outcome AttachProc(int mount);

// Makes the parts of /proc that uid 0 may write without any capability read-only (/proc/sys and
// others, see proc(5)).
Outcome ProtectProcControls();

}  // namespace ringfence::mount

#endif  // RINGFENCE_LINUX_LAUNCHER_MOUNT_PROC_H_
