// Decides about connect(2) of the command, which the seccomp filter hands over: unix sockets only
// to servers of the same sandbox, whatever their path or abstract name.
//
// A file system view cannot do that: connecting to a socket file needs no write access to its
// mount, and path sockets ignore network namespaces (unix(7)).
//
// The call is never continued in the command's process, where its arguments could be changed after
// the decision (seccomp_unotify(2)): it is carried out here, on a duplicate of the socket, with a
// copy of the address.
#ifndef RINGFENCE_LINUX_LAUNCHER_BROKER_H_
#define RINGFENCE_LINUX_LAUNCHER_BROKER_H_

#include "linux/launcher/launch.h"

namespace ringfence {

class Broker {
 public:
  explicit Broker(const Launch& launch) : launch_(launch) {}

  // Answers one notification of `listener`. A call that may block is carried out by a worker
  // process, so that the init never waits for anybody.
  void Handle(int listener);

  // A child of the init has ended: it may have been a worker.
  void Reaped(long pid);

 private:
  // A copy of this process, for a call that may block: 0 in the copy, its pid here, or -errno.
  long StartWorker();

  static constexpr int kMaxWorkers = 64;

  const Launch& launch_;
  long workers_[kMaxWorkers] = {};
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_BROKER_H_
