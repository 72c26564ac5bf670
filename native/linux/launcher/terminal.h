// A terminal for a command: its standard streams, and the controlling terminal of its session, so
// that a shell has job control.
#ifndef RINGFENCE_LINUX_LAUNCHER_TERMINAL_H_
#define RINGFENCE_LINUX_LAUNCHER_TERMINAL_H_

#include "linux/launcher/launch.h"

namespace ringfence {

struct Terminal {
  // Our side, which the addon gets.
  int master = -1;
  // The command's side.
  int slave = -1;
};

// Opens a terminal with the size of the request, and puts the command's side on 0, 1 and 2. It is
// one of the terminals that the command sees: those of `directory`, a devpts, or, with -1, those
// behind /dev/ptmx of the caller. On failure the caller is to end.
Outcome OpenTerminal(const Launch& launch, int directory, Terminal* terminal);

// Makes descriptor 0 the controlling terminal of the calling process, which leads its session.
Outcome ControlTerminal();

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_TERMINAL_H_
