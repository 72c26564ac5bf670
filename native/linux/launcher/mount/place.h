// Makes mount points, but only on file systems of our own: never on the host's.
#ifndef RINGFENCE_LINUX_LAUNCHER_MOUNT_PLACE_H_
#define RINGFENCE_LINUX_LAUNCHER_MOUNT_PLACE_H_

#include "linux/launcher/launch.h"
#include "linux/launcher/mount/masks.h"

namespace ringfence::mount {

enum class PlaceType { kDirectory, kFile };

// The file systems on which missing components may be made.
struct OwnFileSystems {
  const Masks* masks = nullptr;  // masks, and the minimal /dev
  bool has_root = false;         // the root is our tmpfs (allow-list reading)
  uint64_t root_device = 0;
};

// Opens `path` as a mount point. Missing components are made if they lie on a file system of our
// own, else the error is ENOENT. `place` is the caller's to close.
Outcome OpenOrMakePlace(const OwnFileSystems& own, const char* path, PlaceType type, int* place);

}  // namespace ringfence::mount

#endif  // RINGFENCE_LINUX_LAUNCHER_MOUNT_PLACE_H_
