// What a slot of a runner has of its own in the view.
#ifndef RINGFENCE_LINUX_LAUNCHER_MOUNT_SLOT_VIEW_H_
#define RINGFENCE_LINUX_LAUNCHER_MOUNT_SLOT_VIEW_H_

#include "linux/launcher/launch.h"
#include "linux/launcher/mount/masks.h"

namespace ringfence::mount {

// In a copy of the runner's mount namespace: /proc of the own pid namespace in place of what is
// there, new /dev/pts and /dev/shm. `used`: those of a slot before are there and go. `masks` can
// hide paths in this namespace from then on.
Outcome MakeSlotView(const Launch& launch, Masks* masks, bool used);

}  // namespace ringfence::mount

#endif  // RINGFENCE_LINUX_LAUNCHER_MOUNT_SLOT_VIEW_H_
