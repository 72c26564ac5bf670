// Brings up lo in a new network namespace.
#ifndef RINGFENCE_LINUX_LAUNCHER_LOOPBACK_H_
#define RINGFENCE_LINUX_LAUNCHER_LOOPBACK_H_

#include "linux/launcher/launch.h"

namespace ringfence {

Outcome RaiseLoopback();

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_LOOPBACK_H_
