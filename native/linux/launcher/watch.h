// Notices when the host replaces or removes a protected path. A bind mount falls off when its mount
// point is renamed over or removed in another mount namespace, so the protection would vanish.
// Answer: bind again at once; where that cannot be done, end the command.
//
// Between the host's change and the new bind lies a window (well below a millisecond when idle)
// in which the path is unprotected.
#ifndef RINGFENCE_LINUX_LAUNCHER_WATCH_H_
#define RINGFENCE_LINUX_LAUNCHER_WATCH_H_

#include "linux/launcher/launch.h"
#include "linux/launcher/mount/masks.h"

namespace ringfence {

class Watch {
 public:
  // `masks` is null where nothing can be mounted again (bubblewrap): a replaced path ends the
  // command then. Where inotify has no instance or watch left, paths are polled.
  Outcome Start(const Launch& launch, const mount::Masks* masks);

  // To poll for reading; -1 when there is nothing to wait for.
  int fd() const { return fd_; }
  // For ppoll(2): -1 waits for events only.
  int timeout_ms() const { return polling_ ? kPollMs : -1; }

  // Reads events and repairs. A failure means that a protection is lost.
  Outcome Handle();

 private:
  static constexpr int kPollMs = 20;

  bool Protects(const wire::Mount& step) const;
  bool Concerns(const char* name) const;
  Outcome Repair() const;
  Outcome RepairStep(const wire::Mount& step, const char* path) const;

  const Launch* launch_ = nullptr;
  const mount::Masks* masks_ = nullptr;
  int fd_ = -1;
  bool polling_ = false;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_WATCH_H_
