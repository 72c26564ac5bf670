// Watches the protected paths of a plan for changes by the host (inotify(7)), for all launches of
// the plan together.
#ifndef RINGFENCE_LINUX_PATH_WATCH_H_
#define RINGFENCE_LINUX_PATH_WATCH_H_

#include <set>
#include <string>
#include <vector>

#include "posix/unique_fd.h"

namespace ringfence {

class PathWatch {
 public:
  // Watches the directories that hold `paths`. False when the kernel has no instance or no watch
  // left for this user (max_user_instances, max_user_watches): the launches must look by
  // themselves then.
  bool Start(const std::vector<std::string>& paths);

  // To wait for; readable when something happened in one of the directories.
  int fd() const { return inotify_.get(); }

  // Reads what happened. True if one of the paths may be concerned.
  bool Changed();

 private:
  unique_fd inotify_;
  std::set<std::string> names_;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_PATH_WATCH_H_
