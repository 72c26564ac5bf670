// What a slot of a runner has of its own in the view.
#ifndef RINGFENCE_LINUX_LAUNCHER_MOUNT_SLOT_VIEW_H_
#define RINGFENCE_LINUX_LAUNCHER_MOUNT_SLOT_VIEW_H_

#include "linux/launcher/launch.h"
#include "linux/launcher/mount/masks.h"

namespace ringfence::mount {

// In a copy of the runner's mount namespace: /proc of the own pid namespace in place of the
// runner's, new /dev/pts and /dev/shm. `masks` can hide paths in this namespace from then on.
Outcome MakeSlotView(const Launch& launch, Masks* masks);

}  // namespace ringfence::mount

#endif  // RINGFENCE_LINUX_LAUNCHER_MOUNT_SLOT_VIEW_H_
