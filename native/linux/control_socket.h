// The addon's side of the control sockets (SOCK_SEQPACKET): messages with descriptors.
#ifndef RINGFENCE_LINUX_CONTROL_SOCKET_H_
#define RINGFENCE_LINUX_CONTROL_SOCKET_H_

#include <sys/types.h>

#include <vector>

#include "core/status.h"
#include "linux/wire.h"
#include "posix/unique_fd.h"

namespace ringfence {

// A pair, close-on-exec. `ours` learns the sender's pid with each message (SO_PASSCRED).
Status MakeControlSockets(unique_fd* ours, unique_fd* theirs);

// Never blocks. 0, or the errno: EPIPE, ECONNRESET when nobody is there any more, EAGAIN when the
// other side does not read.
int SendControl(int socket, const void* data, size_t size, const std::vector<int>& fds = {});

// A start message, followed by an encoded request unless that goes as a descriptor.
int SendStart(int socket, uint32_t stdio, const std::vector<int>& fds,
              const std::vector<char>& request = {});

struct ReceivedReport {
  enum class State { kReport, kNothing, kGone };
  State state = State::kNothing;
  wire::Report report = {};
  pid_t sender = 0;
  unique_fd fd;
};

void ReceiveReport(int socket, ReceivedReport* received);

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_CONTROL_SOCKET_H_
