#include "linux/launcher/terminal.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <asm/termios.h>
#include <linux/fcntl.h>

#include "linux/launcher/sys.h"

namespace ringfence {
namespace {

// The caller may lead a session; the terminal is for the command's.
constexpr int kOpenFlags = O_RDWR | O_NOCTTY | O_CLOEXEC;

constexpr int kStreams = 3;

long Control(int fd, unsigned long request, const void* argument) {
  return sys::Call(__NR_ioctl, fd, static_cast<long>(request), sys::Address(argument));
}

Outcome OpenPair(int directory, Terminal* terminal) {
  const char* const path = directory < 0 ? "/dev/ptmx" : "ptmx";
  // The addon reads it, and nobody else ever has this open file.
  const long master =
      sys::OpenAt(directory < 0 ? AT_FDCWD : directory, path, kOpenFlags | O_NONBLOCK);
  RINGFENCE_TRY(Check(Stage::kTerminalOpen, master, "/dev/ptmx"));
  terminal->master = static_cast<int>(master);
  const int unlocked = 0;
  RINGFENCE_TRY(Check(Stage::kTerminalUnlock, Control(terminal->master, TIOCSPTLCK, &unlocked)));
  // Not by its name, which may lead elsewhere in this view (Linux 4.13).
  const long slave = sys::Call(__NR_ioctl, terminal->master, TIOCGPTPEER, kOpenFlags);
  RINGFENCE_TRY(Check(Stage::kTerminalPeer, slave));
  terminal->slave = static_cast<int>(slave);
  return {};
}

// The kernel's defaults, but that erasing knows characters of several bytes.
Outcome SetMode(int fd) {
  termios mode;
  RINGFENCE_TRY(Check(Stage::kTerminalMode, Control(fd, TCGETS, &mode)));
  mode.c_iflag |= IUTF8;
  return Check(Stage::kTerminalMode, Control(fd, TCSETS, &mode));
}

}  // namespace

Outcome OpenTerminal(const Launch& launch, int directory, Terminal* terminal) {
  RINGFENCE_TRY(OpenPair(directory, terminal));
  winsize size = {};
  size.ws_col = launch.request->columns;
  size.ws_row = launch.request->rows;
  RINGFENCE_TRY(Check(Stage::kTerminalSize, Control(terminal->master, TIOCSWINSZ, &size)));
  RINGFENCE_TRY(SetMode(terminal->slave));
  for (int fd = 0; fd < kStreams; ++fd) {
    RINGFENCE_TRY(Check(Stage::kTerminalPlace, sys::Call(__NR_dup3, terminal->slave, fd, 0)));
  }
  return {};
}

Outcome ControlTerminal() {
  // 0: never taken from another session (ioctl_tty(2)).
  return Check(Stage::kTerminalControl, sys::Call(__NR_ioctl, 0, TIOCSCTTY, 0));
}

}  // namespace ringfence
