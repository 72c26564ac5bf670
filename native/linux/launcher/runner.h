// PID 1 of a sandbox that runs many commands: its namespaces and mounts are made once, and each
// command gets a slot of its own in them.
//
// A slot is prepared before a command is known, so that a command costs little more than its
// execution. It has a pid namespace, an ipc namespace, /proc, /dev/shm and /dev/pts of its own;
// what it shares with other commands of the runner is the network namespace (loopback) and the
// user namespace.
#ifndef RINGFENCE_LINUX_LAUNCHER_RUNNER_H_
#define RINGFENCE_LINUX_LAUNCHER_RUNNER_H_

#include "linux/launcher/launch.h"
#include "linux/launcher/mount/masks.h"

namespace ringfence {

// The view is complete. Makes slots as the addon asks for them, until it is gone: then ends, and
// with it all that is in the pid namespace.
[[noreturn]] void RunRunner(const Launch& launch, mount::Masks* masks, uint64_t open_files);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_RUNNER_H_
