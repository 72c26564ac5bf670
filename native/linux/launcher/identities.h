// What the paths of a plan are on the host, and whether they are the same inside: for a view that
// somebody else has mounted. bwrap(1) follows symbolic links, and whoever can exchange a directory
// for a link while it works could have it mount another tree.
#ifndef RINGFENCE_LINUX_LAUNCHER_IDENTITIES_H_
#define RINGFENCE_LINUX_LAUNCHER_IDENTITIES_H_

#include "linux/launcher/launch.h"

namespace ringfence {

// On the host: writes device and inode of every path that is mounted to a memory file, at
// launch.identities().
Outcome RecordIdentities(const Launch& launch);

// In the view: every recorded path must be a mount of its own, with the same file behind it.
Outcome CompareIdentities(const Launch& launch);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_IDENTITIES_H_
