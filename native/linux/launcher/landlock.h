// Landlock as the plan says (landlock(7)): a ruleset, its rules, restrict self.
#ifndef RINGFENCE_LINUX_LAUNCHER_LANDLOCK_H_
#define RINGFENCE_LINUX_LAUNCHER_LANDLOCK_H_

#include "linux/launcher/launch.h"

namespace ringfence {

// Makes the ruleset. Paths are opened as the caller sees them, so it runs after the mounts.
// Any rule that cannot be added fails the launch. `ruleset` is the caller's to close. `scoped`:
// keeps signals and abstract sockets among the descendants of the process (LANDLOCK_SCOPE_*), as
// planned.
Outcome MakeRuleset(const Launch& launch, bool scoped, int* ruleset);

// Restricts the calling process. Needs no_new_privs.
Outcome RestrictSelf(int ruleset);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_LANDLOCK_H_
