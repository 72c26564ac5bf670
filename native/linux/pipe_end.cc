#include "linux/pipe_end.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace ringfence {
namespace {

// A read of this much, or of all that was asked for, tells that there is more to come soon.
constexpr ssize_t kLoadedRead = 16 * 1024;

constexpr off_t kNoOffset = -1;

constexpr int kPipeBytes = 256 * 1024;
constexpr int kOwnPipeBytes = 1024 * 1024;

// An ordinary user has 64 MiB of pipes by default (fs.pipe-user-pages-soft); beyond them every new
// pipe of the user would be tiny.
constexpr int kMostEnlarged = 64;

}  // namespace

ssize_t PipeDrain::Read(PipeEnd* from, char* to, size_t size) {
  if (from->terminal) return ReadTerminal(from, to, size);
  if (!from->loaded && !directly_refused_) {
    const ssize_t count = ReadDirectly(from, to, size);
    if (!directly_refused_) return count;
  }
  const ssize_t moved = Move(from, size);
  from->loaded = moved >= kLoadedRead || moved == static_cast<ssize_t>(size) || moved == -EAGAIN;
  for (ssize_t done = 0; done < moved;) {
    const ssize_t part = read(own_read_end_.get(), to + done, static_cast<size_t>(moved - done));
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) {
      // What was moved is there, so only memory that cannot be written fails.
      const int error = part < 0 ? errno : EIO;
      own_read_end_.reset();
      return -error;
    }
    done += part;
  }
  return moved;
}

void PipeDrain::Close(PipeEnd* end) {
  const std::lock_guard lock(end->mutex);
  if (end->fd.valid() && end->enlarged) --enlarged_;
  end->fd.reset();
}

ssize_t PipeDrain::ReadDirectly(PipeEnd* from, char* to, size_t size) {
  const std::lock_guard lock(from->mutex);
  if (!from->fd.valid()) return -EBADF;
  const iovec place = {to, size};
  ssize_t count = 0;
  do {
    count = preadv2(from->fd.get(), &place, 1, kNoOffset, RWF_NOWAIT);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    // Pipes know RWF_NOWAIT since Linux 6.4.
    directly_refused_ = errno == EOPNOTSUPP || errno == ENOSYS;
    return -errno;
  }
  if (count >= kLoadedRead) {
    from->loaded = HasOwnPipe();
    Enlarge(from);
  }
  return count;
}

// Non-blocking by itself; the kernel knows neither RWF_NOWAIT nor splice() of a terminal.
ssize_t PipeDrain::ReadTerminal(PipeEnd* from, char* to, size_t size) {
  const std::lock_guard lock(from->mutex);
  if (!from->fd.valid()) return -EBADF;
  ssize_t count = 0;
  do {
    count = read(from->fd.get(), to, size);
  } while (count < 0 && errno == EINTR);
  if (count >= 0) return count;
  // Nobody has the other side open any more, and all that was written is read.
  return errno == EIO ? 0 : -errno;
}

ssize_t PipeDrain::Move(PipeEnd* from, size_t size) {
  const std::lock_guard lock(from->mutex);
  if (!from->fd.valid()) return -EBADF;
  if (!HasOwnPipe()) return -errno;
  ssize_t moved = 0;
  do {
    moved = splice(from->fd.get(), nullptr, own_write_end_.get(), nullptr, size, SPLICE_F_NONBLOCK);
  } while (moved < 0 && errno == EINTR);
  return moved < 0 ? -errno : moved;
}

bool PipeDrain::HasOwnPipe() {
  if (own_read_end_.valid()) return true;
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) < 0) return false;
  own_read_end_.reset(fds[0]);
  own_write_end_.reset(fds[1]);
  // Where it is refused less is moved at a time.
  (void)fcntl(fds[0], F_SETPIPE_SZ, kOwnPipeBytes);
  return true;
}

void PipeDrain::Enlarge(PipeEnd* end) {
  if (end->enlarged || enlarged_ >= kMostEnlarged) return;
  // Where it is refused (EPERM above fs.pipe-max-size, or with too many of them) it is not asked
  // again.
  (void)fcntl(end->fd.get(), F_SETPIPE_SZ, kPipeBytes);
  end->enlarged = true;
  ++enlarged_;
}

}  // namespace ringfence
