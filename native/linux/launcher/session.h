// Namespaces that all commands of a runner share (isolation "session"): what one leaves running,
// the next one finds.
//
// The processes that keep the commands stay outside of them, in the runner's, where no command can
// signal them.
#ifndef RINGFENCE_LINUX_LAUNCHER_SESSION_H_
#define RINGFENCE_LINUX_LAUNCHER_SESSION_H_

#include "linux/launcher/launch.h"
#include "linux/launcher/mount/masks.h"

namespace ringfence {

struct Session {
  // Of its PID 1, which reaps, and repairs protections in the session's view.
  long pid = 0;
  // Its namespaces. By itself it opens them: others may not look at it, since it is not dumpable.
  int pid_namespace = -1;
  int mounts = -1;
  int ipc = -1;
  // Its /dev/pts; -1: it has none.
  int terminals = -1;
  // Takes sockets, to answer on them.
  int socket = -1;
};

// By the runner. Waits until the session is complete.
Outcome StartSession(const Launch& launch, mount::Masks* masks, Session* session);

// The host may have changed a protected path. By the runner and by the keepers of commands, also at
// the same time. Fails when a protection is lost.
Outcome RepairSession(const Session& session);

// Processes that the caller makes from now on live in the session's pid namespace. It does not.
Outcome EnterSessionForChildren(const Session& session);

// The caller sees what the session sees.
Outcome EnterSessionView(const Session& session);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_SESSION_H_
