// Signals of the launcher: all are blocked and read from a descriptor, none has a handler.
#ifndef RINGFENCE_LINUX_LAUNCHER_SIGNALS_H_
#define RINGFENCE_LINUX_LAUNCHER_SIGNALS_H_

#include "linux/launcher/launch.h"

namespace ringfence {

// Blocks everything and sets every disposition to default (Node ignores SIGPIPE, and an ignored
// signal stays ignored across execve(2)).
void BlockSignals();

// For a process that does not wait for its children: the kernel reaps them (sigaction(2), SIG_IGN).
// Theirs is the same until BlockSignals().
void IgnoreChildren();

// A signalfd for all signals, nonblocking and close-on-exec.
Outcome OpenSignals(int* fd);

// The next pending signal, 0 when there is none.
int NextSignal(int fd);

// For the command: nothing blocked, everything default.
void ResetSignals();

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_SIGNALS_H_
