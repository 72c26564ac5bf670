// A minimal /dev: the harmless nodes of the host, an own devpts, shared memory.
#ifndef RINGFENCE_LINUX_LAUNCHER_MOUNT_DEVICE_NODES_H_
#define RINGFENCE_LINUX_LAUNCHER_MOUNT_DEVICE_NODES_H_

#include <stdint.h>

#include "linux/launcher/launch.h"

namespace ringfence::mount {

class DeviceNodes {
 public:
  // Opens the host's nodes. Must run before the root becomes nodev, since copies inherit flags.
  // Nodes that the host does not have are left out.
  Outcome Capture();

  // Builds the new /dev at an open place.
  Outcome Build(int place);

  // The tmpfs of /dev, for telling mount points in it.
  uint64_t device() const { return device_; }

  // Makes /dev read-only, but for what is mounted in it.
  Outcome Finish();

 private:
  Outcome MakeEntries();
  Outcome BindSharedMemory();

  static constexpr int kCount = 6;
  int sources_[kCount] = {-1, -1, -1, -1, -1, -1};
  int dev_ = -1;
  uint64_t device_ = 0;
};

}  // namespace ringfence::mount

#endif  // RINGFENCE_LINUX_LAUNCHER_MOUNT_DEVICE_NODES_H_
