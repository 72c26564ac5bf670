#include "linux/launcher/descendants.h"

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/wait.h>

#include "linux/launcher/proc_entries.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence {
namespace {

constexpr int kSigKill = 9;

// /proc/<pid>/task/<tid>/children, proc(5): the list is complete for children that do not exit
// meanwhile, and those that do are reaped anyway.
void KillChildren() {
  const long pid = sys::Call(__NR_getpid);
  Line<64> path;
  path.Add("/proc/").Add(static_cast<uint64_t>(pid)).Add("/task/");
  path.Add(static_cast<uint64_t>(pid)).Add("/children");
  EachChildIn(AT_FDCWD, path.c_str(), [](int child) { sys::Call(__NR_kill, child, kSigKill); });
}

}  // namespace

void KillDescendants() {
  for (;;) {
    KillChildren();
    const long reaped = sys::Call(__NR_wait4, -1, 0, WNOHANG | __WALL, 0);
    if (reaped == -ECHILD) return;
    if (reaped != 0) continue;
    struct {
      long seconds;
      long nanoseconds;
    } const pause = {0, 200000};
    sys::Call(__NR_nanosleep, sys::Address(&pause), 0);
  }
}

}  // namespace ringfence
