#include "linux/terminal.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

namespace ringfence {

Status WriteTerminal(PipeEnd* end, const char* bytes, size_t size, size_t* written) {
  const std::lock_guard lock(end->mutex);
  *written = 0;
  if (!end->fd.valid()) return {Stage::kTerminalWrite, EIO};
  ssize_t count = 0;
  do {
    count = write(end->fd.get(), bytes, size);
  } while (count < 0 && errno == EINTR);
  if (count < 0 && errno != EAGAIN) return {Stage::kTerminalWrite, errno};
  *written = count < 0 ? 0 : static_cast<size_t>(count);
  return Status::Ok();
}

Status ResizeTerminal(PipeEnd* end, uint16_t columns, uint16_t rows) {
  const std::lock_guard lock(end->mutex);
  winsize size = {};
  size.ws_col = columns;
  size.ws_row = rows;
  if (end->fd.valid() && ioctl(end->fd.get(), TIOCSWINSZ, &size) < 0) {
    return {Stage::kTerminalSize, errno};
  }
  return Status::Ok();
}

int EndOfInput(PipeEnd* end) {
  const std::lock_guard lock(end->mutex);
  termios mode = {};
  if (!end->fd.valid() || tcgetattr(end->fd.get(), &mode) < 0) return -1;
  const bool lines = (mode.c_lflag & ICANON) != 0;
  return lines && mode.c_cc[VEOF] != _POSIX_VDISABLE ? mode.c_cc[VEOF] : -1;
}

}  // namespace ringfence
