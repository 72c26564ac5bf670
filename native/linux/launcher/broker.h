// Decides about connect(2) of the command, which the seccomp filter hands over: unix sockets only
// to servers of the same sandbox, whatever their path or abstract name.
//
// A file system view cannot do that: connecting to a socket file needs no write access to its
// mount, and path sockets ignore network namespaces (unix(7)).
#ifndef RINGFENCE_LINUX_LAUNCHER_BROKER_H_
#define RINGFENCE_LINUX_LAUNCHER_BROKER_H_

#include "linux/launcher/launch.h"

namespace ringfence {

class Broker {
 public:
  // Answers one notification of `listener` (seccomp_unotify(2)). The call is never continued in
  // the command's process, where its arguments could be changed after the decision: it is carried
  // out here, on a duplicate of the socket, with a copy of the address.
  void Handle(int listener);
};

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_BROKER_H_
