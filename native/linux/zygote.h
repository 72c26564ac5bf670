// The process that starts all others for an environment of the addon: one small launcher, started
// once, so that neither the threads of the host program nor the size of its heap matter for a
// spawn.
#ifndef RINGFENCE_LINUX_ZYGOTE_H_
#define RINGFENCE_LINUX_ZYGOTE_H_

#include <sys/types.h>

#include <vector>

#include "core/status.h"
#include "posix/unique_fd.h"

namespace ringfence {

struct LaunchFds {
  // Become 0, 1, 2, ... of the command; none: a runner, whose commands bring theirs. Borrowed, as
  // all here.
  std::vector<int> stdio;
  int control = -1;
  int plan = -1;
  int request = -1;
};

class Zygote {
 public:
  Zygote() = default;
  ~Zygote() { End(); }
  Zygote(const Zygote&) = delete;
  Zygote& operator=(const Zygote&) = delete;

  // Starts a supervisor. Starts the zygote first, when there is none, when it has died, or when it
  // is outdated: it has the user, the groups and the priority of this process as they were then.
  // `image`: what helper_image.h loaded.
  Status Launch(int image, const LaunchFds& fds);

  // What it has started, and would start, is not what this process would start now.
  bool IsOutdated() const { return socket_.valid() && inherited_ != Inherit(); }

  // What it has started goes on without it.
  void End();

 private:
  // What a child process would inherit.
  struct Inherited {
    uid_t uids[3];
    gid_t gids[3];
    int priority;
    std::vector<gid_t> groups;
    bool operator==(const Inherited&) const = default;
  };

  static Inherited Inherit();
  Status Start(int image);

  unique_fd socket_;
  unique_fd pidfd_;
  Inherited inherited_ = {};
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_ZYGOTE_H_
