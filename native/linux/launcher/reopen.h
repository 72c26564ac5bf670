// Files that the command gets opened for reading, opened anew in its own view.
#ifndef RINGFENCE_LINUX_LAUNCHER_REOPEN_H_
#define RINGFENCE_LINUX_LAUNCHER_REOPEN_H_

#include "linux/launcher/launch.h"

namespace ringfence {

// A descriptor keeps the mount that its file was opened through. The command could open
// /proc/self/fd/0 for writing through it, past the read-only mounts of its view. So regular files
// that are open for reading only are exchanged for the same file, opened in the view, at the same
// offset. Where the view does not show the file (deleted, hidden), the descriptor stays.
Outcome ReopenInput(const Launch& launch, int stdio);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_REOPEN_H_
