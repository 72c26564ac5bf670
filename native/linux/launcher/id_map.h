// uid and gid maps of the new user namespace (user_namespaces(7)).
#ifndef RINGFENCE_LINUX_LAUNCHER_ID_MAP_H_
#define RINGFENCE_LINUX_LAUNCHER_ID_MAP_H_

#include "linux/launcher/launch.h"

namespace ringfence {

// From inside the new namespace: the own uid and gid only, what an ordinary user may do.
// `uid` and `gid` are those of the parent namespace.
Outcome MapOwnIds(unsigned uid, unsigned gid);

// From outside, with CAP_SETUID and CAP_SETGID: every id of this namespace as it is.
Outcome MapFullRange(int pid);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_ID_MAP_H_
