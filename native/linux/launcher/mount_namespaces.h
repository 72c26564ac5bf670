// Mount namespaces for the slots of a runner, used again: copying one and taking it down costs in
// proportion to the mounts of the host.
//
// A command cannot change the mounts of its namespace, so there is nothing in it to inherit but
// what a slot renews (mount/slot_view.h).
#ifndef RINGFENCE_LINUX_LAUNCHER_MOUNT_NAMESPACES_H_
#define RINGFENCE_LINUX_LAUNCHER_MOUNT_NAMESPACES_H_

#include <stdint.h>

#include "linux/launcher/launch.h"

namespace ringfence {

class MountNamespaces {
 public:
  struct Lease {
    int fd = -1;  // -1: none is to be had, the slot makes its own
    bool used = false;
  };

  // By the runner, in its own namespace.
  void Open();

  // A copy of the runner's, or one that a slot has left.
  Lease Take();

  // A slot lives in it.
  void Started(const Lease& lease, long pid);

  // A process of the runner has ended. Only what a slot has left in order is used again.
  void Ended(long pid, int wait_status);

  // The host has changed something that the runner's view has right by now, and these have not.
  void Forget();

 private:
  static constexpr int kMaxSlots = 64;
  static constexpr int kMaxSpare = 4;

  struct Tenant {
    long pid = 0;
    int fd = -1;
    uint32_t generation = 0;
  };

  int Copy();

  int home_ = -1;
  uint32_t generation_ = 0;
  Tenant tenants_[kMaxSlots];
  int spare_[kMaxSpare] = {};
  int spare_count_ = 0;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_MOUNT_NAMESPACES_H_
