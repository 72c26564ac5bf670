// Repairs protections after the host has replaced or removed a protected path: a bind mount falls
// off when its mount point is renamed over or removed in another mount namespace. Answer: bind
// again at once, making a stub where nothing is left; where that cannot be done, end the command.
//
// The addon watches the paths (one inotify instance for all launches of a plan: making and ending
// an instance costs the kernel more than a whole launch) and sends wire::kRepairSignal. Between
// the host's change and the new bind lies a window, well below a millisecond when idle, in which
// the path is unprotected.
#ifndef RINGFENCE_LINUX_LAUNCHER_WATCH_H_
#define RINGFENCE_LINUX_LAUNCHER_WATCH_H_

#include "linux/launcher/clock.h"
#include "linux/launcher/launch.h"
#include "linux/launcher/mount/masks.h"

namespace ringfence {

struct Session;

class Watch {
 public:
  enum class MissingStubs { kMake, kLeave };

  // `masks` is null where nothing can be mounted again (bubblewrap): a replaced path ends the
  // command then. `missing`: a runner leaves places that nobody holds alone.
  Watch(const Launch& launch, const mount::Masks* masks, MissingStubs missing = MissingStubs::kMake)
      : launch_(launch), masks_(masks), missing_(missing) {}

  // From outside of a session, whose PID 1 does the work.
  Watch(const Launch& launch, const Session& session) : launch_(launch), session_(&session) {}

  // For ppoll(2): how often to look where nobody sends a signal (wire::kRequestPoll), else -1.
  // The same for a while after a change: a host that puts a tree in another's place makes its
  // directories one after the other, and those of the new tree are not watched.
  int timeout_ms() const {
    if (!looks()) return -1;
    const uint64_t now = MonotonicUs();
    return now >= next_look_us_ ? 0 : static_cast<int>((next_look_us_ - now) / 1000 + 1);
  }

  // Looks at every protected path. A failure means that a protection is lost.
  Outcome Repair();

  // For when the addon has seen a change, and for when the time is up.
  Outcome Changed() {
    looks_left_ = kLooksAfterChange;
    next_look_us_ = MonotonicUs() + kPollUs;
    return Repair();
  }
  Outcome TimeUp() {
    const uint64_t now = MonotonicUs();
    if (!looks() || now < next_look_us_) return {};
    if (looks_left_ > 0) --looks_left_;
    next_look_us_ = now + kPollUs;
    return Repair();
  }

  bool made_stubs() const { return stub_count_ > 0; }

  // Removes the stubs that Repair() has made, as far as they are still empty. Ends every process of
  // the pid namespace first, so that none can use the gap.
  void RemoveStubs();

 private:
  static constexpr uint64_t kPollUs = 20000;
  static constexpr int kMaxStubs = 64;
  static constexpr int kLooksAfterChange = 50;

  bool looks() const {
    return (launch_.request->flags & wire::kRequestPoll) != 0 || looks_left_ > 0;
  }

  // `leaving` is set to a path whose removal is under way.
  Outcome RepairAll(const char** leaving);
  Outcome RepairStep(const wire::Mount& step, const char* path, const char** leaving);
  Outcome Protect(const wire::Mount& step, const char* path) const;
  Outcome MakeStub(const char* path);

  const Launch& launch_;
  const mount::Masks* masks_ = nullptr;
  MissingStubs missing_ = MissingStubs::kMake;
  const Session* session_ = nullptr;
  const char* stubs_[kMaxStubs] = {};
  int stub_count_ = 0;
  int looks_left_ = 0;
  uint64_t next_look_us_ = 0;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_WATCH_H_
