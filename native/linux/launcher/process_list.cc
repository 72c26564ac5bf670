#include "linux/launcher/process_list.h"

#include <linux/errno.h>
#include <linux/fcntl.h>

#include "linux/launcher/mount/mount_api.h"
#include "linux/launcher/proc_entries.h"
#include "linux/launcher/sys.h"
#include "linux/launcher/text.h"

namespace ringfence {

Outcome ProcessList::Open(bool own) {
  long opened = -EPERM;
  if (own) opened = mount::NewFileSystem("proc", nullptr, 0);
  if (opened < 0) opened = sys::OpenAt(AT_FDCWD, "/proc", O_PATH | O_CLOEXEC | O_DIRECTORY);
  RINGFENCE_TRY(Check(Stage::kLimitWatch, opened, "/proc"));
  proc_ = static_cast<int>(opened);
  const long file = sys::OpenAt(proc_, "self/stat", O_RDONLY | O_CLOEXEC);
  RINGFENCE_TRY(Check(Stage::kLimitWatch, file, "/proc/self/stat"));
  char number[16] = {};
  sys::Read(static_cast<int>(file), number, sizeof number - 1);
  sys::Close(static_cast<int>(file));
  for (char& c : number) {
    if (c == ' ') c = '\0';
  }
  return ParseNumber(number, &self_) ? Outcome{}
                                     : Outcome{Stage::kLimitWatch, EINVAL, "/proc/self/stat"};
}

bool ProcessList::numbers_are_ours() const { return sys::Call(__NR_getpid) == self_; }

void ProcessList::Each(Visit visit, void* context) {
  // Number 1 of a /proc is the first process of its own namespace: all that it lists is ours.
  if (self_ == 1) {
    EachListed(visit, context);
  } else {
    EachDescendant(visit, context);
  }
}

void ProcessList::EachListed(Visit visit, void* context) const {
  EachNumberIn(proc_, ".", [&](int pid) {
    if (pid != self_) visit(context, proc_, pid);
  });
}

void ProcessList::EachDescendant(Visit visit, void* context) {
  if (pending_ == nullptr) {
    const long mapped = sys::MapMemory(kMaxPending * sizeof(int));
    if (mapped < 0) return;
    pending_ = reinterpret_cast<int*>(mapped);
  }
  pending_count_ = 0;
  PushChildren(self_);
  while (pending_count_ > 0) {
    const int pid = pending_[--pending_count_];
    visit(context, proc_, pid);
    PushChildren(pid);
  }
}

// A child belongs to the thread that made it.
void ProcessList::PushChildren(int pid) {
  Line<64> tasks;
  tasks.Add(static_cast<uint64_t>(pid)).Add("/task");
  EachNumberIn(proc_, tasks.c_str(), [&](int thread) {
    Line<64> path = tasks;
    path.Add("/").Add(static_cast<uint64_t>(thread)).Add("/children");
    EachChildIn(proc_, path.c_str(), [&](int child) {
      if (pending_count_ < kMaxPending) pending_[pending_count_++] = child;
    });
  });
}

}  // namespace ringfence
