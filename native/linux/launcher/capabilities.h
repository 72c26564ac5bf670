// Takes every capability away for good (capabilities(7)).
#ifndef RINGFENCE_LINUX_LAUNCHER_CAPABILITIES_H_
#define RINGFENCE_LINUX_LAUNCHER_CAPABILITIES_H_

#include "linux/launcher/launch.h"

namespace ringfence {

// Empties the bounding, ambient, effective, permitted and inheritable sets and locks securebits, so
// that neither uid 0 nor a file brings one back. Verifies the result.
Outcome DropCapabilities();

// For the init once the command runs: mounting again (CAP_SYS_ADMIN) and looking into processes of
// the sandbox (CAP_SYS_PTRACE), nothing else.
Outcome KeepInitCapabilities();

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_CAPABILITIES_H_
