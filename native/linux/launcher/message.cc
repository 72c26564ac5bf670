#include "linux/launcher/message.h"

#include <linux/errno.h>
#include <linux/fcntl.h>

#include "linux/launcher/sys.h"

namespace ringfence {
namespace {

constexpr int kSolSocket = 1;
constexpr int kScmRights = 1;
constexpr int kMsgTruncated = 0x20;          // MSG_TRUNC
constexpr int kMsgControlTruncated = 0x8;    // MSG_CTRUNC
constexpr int kMsgNoSignal = 0x4000;         // MSG_NOSIGNAL
constexpr int kMsgCloseOnExec = 0x40000000;  // MSG_CMSG_CLOEXEC

// As in linux/socket.h, which user space does not get.
struct Vector {
  void* base;
  size_t length;
};

struct Header {
  void* name;
  int name_length;
  Vector* vectors;
  size_t vector_count;
  void* control;
  size_t control_length;
  unsigned flags;
};

struct ControlHeader {
  size_t length;
  int level;
  int type;
};

template <int kCount>
struct DescriptorControl {
  ControlHeader header;
  int fds[kCount];
};

}  // namespace

void ReceiveMessage(int socket, void* data, size_t capacity, Message* message) {
  DescriptorControl<wire::kMaxStdio + 4> control;
  Vector vector{data, capacity};
  Header header{nullptr, 0, &vector, 1, &control, sizeof control, 0};
  message->fd_count = 0;
  do {
    message->size = sys::Call(__NR_recvmsg, socket, sys::Address(&header), kMsgCloseOnExec);
  } while (message->size == -EINTR);
  if (message->size < 0) return;
  if (header.control_length >= sizeof(ControlHeader) && control.header.level == kSolSocket &&
      control.header.type == kScmRights) {
    message->fd_count =
        static_cast<int>((control.header.length - sizeof(ControlHeader)) / sizeof(int));
    for (int i = 0; i < message->fd_count; ++i) message->fds[i] = control.fds[i];
  }
  if ((header.flags & (kMsgTruncated | kMsgControlTruncated)) == 0) return;
  CloseDescriptors(message);
  message->size = -EMSGSIZE;
}

long SendMessage(int socket, const void* data, size_t size, int fd) {
  DescriptorControl<1> control;
  control.header = {sizeof(ControlHeader) + sizeof(int), kSolSocket, kScmRights};
  control.fds[0] = fd;
  Vector vector{const_cast<void*>(data), size};
  Header header{nullptr, 0, &vector, 1, nullptr, 0, 0};
  if (fd >= 0) {
    header.control = &control;
    header.control_length = sizeof control;
  }
  return sys::Call(__NR_sendmsg, socket, sys::Address(&header), kMsgNoSignal);
}

void CloseDescriptors(Message* message) {
  for (int i = 0; i < message->fd_count; ++i) sys::Close(message->fds[i]);
  message->fd_count = 0;
}

long PlaceDescriptors(Message* message, int first, int count, int target) {
  for (int i = 0; i < count; ++i) {
    const long placed = sys::Call(__NR_dup3, message->fds[first + i], target + i, 0);
    if (placed < 0) return placed;
    sys::Close(message->fds[first + i]);
  }
  return 0;
}

long MakeStreamsBlocking() {
  for (int fd = 0; fd < 3; ++fd) {
    const long flags = sys::Call(__NR_fcntl, fd, F_GETFL);
    if (flags < 0) return flags;
    if ((flags & O_NONBLOCK) == 0) continue;
    const long result = sys::Call(__NR_fcntl, fd, F_SETFL, flags & ~O_NONBLOCK);
    if (result < 0) return result;
  }
  return 0;
}

}  // namespace ringfence
