#include "linux/path_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>

namespace ringfence {

bool PathWatch::Start(const std::vector<std::string>& paths) {
  inotify_.reset(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify_.valid()) return false;
  std::set<std::string> parents;
  for (const std::string& path : paths) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) continue;
    names_.insert(path.substr(slash + 1));
    parents.insert(slash == 0 ? "/" : path.substr(0, slash));
  }
  for (const std::string& parent : parents) {
    constexpr uint32_t kEvents = IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ONLYDIR;
    if (inotify_add_watch(inotify_.get(), parent.c_str(), kEvents) >= 0) continue;
    // A directory that cannot be reached fails the launch itself, if it matters.
    if (errno == ENOENT || errno == EACCES || errno == ENOTDIR) continue;
    inotify_.reset();
    return false;
  }
  return true;
}

bool PathWatch::Changed() {
  alignas(inotify_event) char buffer[16384];
  bool concerned = false;
  for (;;) {
    const ssize_t size = read(inotify_.get(), buffer, sizeof buffer);
    if (size <= 0) return concerned;
    for (ssize_t at = 0; at < size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      if ((event->mask & IN_Q_OVERFLOW) != 0) concerned = true;
      if (event->len > 0 && names_.count(event->name) != 0) concerned = true;
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  }
}

}  // namespace ringfence
