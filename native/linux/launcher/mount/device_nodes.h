// A minimal /dev: the harmless nodes of the host, an own devpts, shared memory.
#ifndef RINGFENCE_LINUX_LAUNCHER_MOUNT_DEVICE_NODES_H_
#define RINGFENCE_LINUX_LAUNCHER_MOUNT_DEVICE_NODES_H_

#include "linux/launcher/launch.h"

namespace ringfence::mount {

// A devpts of its own, attached nowhere. Returns its descriptor, or -errno.
long NewTerminals();

class DeviceNodes {
 public:
  // Opens the host's nodes. Must run before the root becomes nodev, since copies inherit flags.
  // Nodes that the host does not have are left out.
  Outcome Capture();

  // Builds the new /dev at an open place, out of a directory of the tmpfs `file_system` (its root).
  Outcome Build(int place, int file_system);

  // Makes /dev read-only, but for what is mounted in it.
  Outcome Finish();

 private:
  Outcome MakeEntries(int directory) const;
  Outcome BindSharedMemory();

  static constexpr int kCount = 6;
  int sources_[kCount] = {-1, -1, -1, -1, -1, -1};
  int dev_ = -1;
};

}  // namespace ringfence::mount

#endif  // RINGFENCE_LINUX_LAUNCHER_MOUNT_DEVICE_NODES_H_
