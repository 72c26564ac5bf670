#include "posix/raw_mode.h"

#include <signal.h>

#include <cerrno>

namespace ringfence {

bool MakeRaw(int fd, TerminalMode* before) {
  if (tcgetattr(fd, before) < 0) return false;
  TerminalMode raw = *before;
  // Not node's own raw mode: that one still adds carriage returns to what is written.
  cfmakeraw(&raw);
  SetMode(fd, raw);
  return true;
}

void SetMode(int fd, const TerminalMode& mode) {
  // A process in the background would be stopped (tcsetattr(3)).
  sigset_t stop;
  sigset_t signals_before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &stop, &signals_before);
  while (tcsetattr(fd, TCSADRAIN, &mode) < 0 && errno == EINTR) {
  }
  pthread_sigmask(SIG_SETMASK, &signals_before, nullptr);
}

}  // namespace ringfence
