// Limits of a plan that the kernel holds for each process, or for the pid namespace. What has to be
// added up is in usage_watch.h.
#ifndef RINGFENCE_LINUX_LAUNCHER_LIMITS_H_
#define RINGFENCE_LINUX_LAUNCHER_LIMITS_H_

#include "linux/launcher/launch.h"

namespace ringfence {

// Null: the plan has no such limit.
const wire::Limit* FindLimit(const Launch& launch, wire::LimitKind kind);

// In PID 1 of a new pid namespace, before its capabilities are dropped: the namespace has numbers
// for so many processes besides this one. Linux 6.14.
Outcome LimitProcessNumbers(const Launch& launch);

// In the process that becomes the command, before execve(2): resource limits, soft and hard. None
// is raised above what the caller has.
Outcome SetResourceLimits(const Launch& launch);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_LIMITS_H_
