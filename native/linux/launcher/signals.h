// Signals of the launcher: all are blocked and read from a descriptor, none has a handler.
#ifndef RINGFENCE_LINUX_LAUNCHER_SIGNALS_H_
#define RINGFENCE_LINUX_LAUNCHER_SIGNALS_H_

#include "linux/launcher/launch.h"

namespace ringfence {

// Blocks everything and sets every disposition to default (Node ignores SIGPIPE, and an ignored
// signal stays ignored across execve(2)).
void BlockSignals();

// A signalfd for all signals, nonblocking and close-on-exec.
Outcome OpenSignals(int* fd);

// The next pending signal, 0 when there is none.
int NextSignal(int fd);

// For the command: nothing blocked, everything default.
void ResetSignals();

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_SIGNALS_H_
