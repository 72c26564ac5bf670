// The user's own terminal, handed through to a command's: what is typed passes as it is.
#ifndef RINGFENCE_POSIX_RAW_MODE_H_
#define RINGFENCE_POSIX_RAW_MODE_H_

#include <termios.h>

namespace ringfence {

using TerminalMode = termios;

// `before`: for SetMode() later. False when it is no terminal.
bool MakeRaw(int fd, TerminalMode* before);

// Also from the background of the terminal. A terminal that is gone needs no mode.
void SetMode(int fd, const TerminalMode& mode);

}  // namespace ringfence

#endif  // RINGFENCE_POSIX_RAW_MODE_H_
