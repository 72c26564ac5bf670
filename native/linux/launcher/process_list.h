// The processes of a sandbox, as /proc shows them: all of the own pid namespace, or where there is
// none, all descendants of this process.
#ifndef RINGFENCE_LINUX_LAUNCHER_PROCESS_LIST_H_
#define RINGFENCE_LINUX_LAUNCHER_PROCESS_LIST_H_

#include "linux/launcher/launch.h"

namespace ringfence {

class ProcessList {
 public:
  // `own`: a new /proc can be mounted (it is attached nowhere, so nobody else sees it). Otherwise
  // that of the view is taken.
  Outcome Open(bool own);

  // True when the numbers are those of the own pid namespace: not where the view has the host's
  // /proc.
  bool numbers_are_ours() const;

  // Calls visit(context, directory of /proc, number in it) for each process but this one. Processes
  // come and go meanwhile; which of those are visited is open.
  using Visit = void (*)(void* context, int proc, int pid);
  void Each(Visit visit, void* context);

 private:
  void EachListed(Visit visit, void* context) const;
  void EachDescendant(Visit visit, void* context);
  void PushChildren(int pid);

  int proc_ = -1;
  int self_ = 0;  // in this /proc
  // Of descendants whose children are still to be found; mapped on first use.
  static constexpr int kMaxPending = 1 << 16;
  int* pending_ = nullptr;
  int pending_count_ = 0;
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_PROCESS_LIST_H_
