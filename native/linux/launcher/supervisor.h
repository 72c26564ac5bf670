// The process outside the sandbox that stands for it: starts the init by the mode of the plan,
// forwards signals, ends everything when the addon's end of the control socket closes, and ends
// last.
#ifndef RINGFENCE_LINUX_LAUNCHER_SUPERVISOR_H_
#define RINGFENCE_LINUX_LAUNCHER_SUPERVISOR_H_

#include "linux/launcher/launch.h"

namespace ringfence {

[[noreturn]] void RunSupervisor(const Launch& launch);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_SUPERVISOR_H_
