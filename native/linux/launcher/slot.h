// PID 1 of one command of a runner.
#ifndef RINGFENCE_LINUX_LAUNCHER_SLOT_H_
#define RINGFENCE_LINUX_LAUNCHER_SLOT_H_

#include "linux/launcher/launch.h"
#include "linux/launcher/mount/masks.h"

namespace ringfence {

struct SlotOptions {
  mount::Masks* masks = nullptr;
  uint64_t open_files = 0;  // soft limit of the command, 0: unchanged
  int signals = -1;         // the runner's
};

// In the namespaces of the slot: makes what is its own, prepares the process of the command,
// reports that it is ready, and waits for a request on `socket`. Then as an init.
[[noreturn]] void RunSlot(const Launch& launch, const SlotOptions& options, int socket);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_SLOT_H_
