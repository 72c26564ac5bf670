// Takes every capability away for good (capabilities(7)).
#ifndef RINGFENCE_LINUX_LAUNCHER_CAPABILITIES_H_
#define RINGFENCE_LINUX_LAUNCHER_CAPABILITIES_H_

#include "linux/launcher/launch.h"

namespace ringfence {

// Empties the bounding, ambient, effective, permitted and inheritable sets and locks securebits, so
// that neither uid 0 nor a file brings one back. Verifies the result.
Outcome DropCapabilities();

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_CAPABILITIES_H_
