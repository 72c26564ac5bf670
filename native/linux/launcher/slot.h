// The process that keeps one command of a runner: PID 1 of the command's namespaces, or, where
// commands share theirs, a process outside of them, which no command can see.
#ifndef RINGFENCE_LINUX_LAUNCHER_SLOT_H_
#define RINGFENCE_LINUX_LAUNCHER_SLOT_H_

#include "linux/launcher/launch.h"
#include "linux/launcher/mount/masks.h"
#include "linux/launcher/mount_namespaces.h"
#include "linux/launcher/session.h"

namespace ringfence {

struct SlotOptions {
  mount::Masks* masks = nullptr;
  uint64_t open_files = 0;  // soft limit of the command, 0: unchanged
  int signals = -1;         // the runner's
  const Session* session = nullptr;
  // To live in; without one the slot is in a new mount namespace already.
  MountNamespaces::Lease mounts;
};

// In the namespaces of the slot: makes what is its own, prepares the process of the command,
// reports that it is ready, and waits for a request on `socket`. Then as an init. With a session:
// enters its namespaces in place of making any.
[[noreturn]] void RunSlot(const Launch& launch, const SlotOptions& options, int socket);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_SLOT_H_
