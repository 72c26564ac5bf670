// Messages with descriptors on the control sockets (SOCK_SEQPACKET, unix(7)).
#ifndef RINGFENCE_LINUX_LAUNCHER_MESSAGE_H_
#define RINGFENCE_LINUX_LAUNCHER_MESSAGE_H_

#include <stddef.h>

#include "linux/wire.h"

namespace ringfence {

struct Message {
  // Of the message, -errno on failure, 0 when the other side is gone.
  long size = 0;
  int fds[wire::kMaxStdio + 4];
  int fd_count = 0;
};

// Waits for a message. Descriptors come close-on-exec. One that is longer than `capacity`, or has
// more descriptors than fit, is -EMSGSIZE, with nothing kept open.
void ReceiveMessage(int socket, void* data, size_t capacity, Message* message);

// `fd` -1: none. Returns as sendmsg(2) does.
long SendMessage(int socket, const void* data, size_t size, int fd);

void CloseDescriptors(Message* message);

// Gives the received descriptors from `first` on the numbers target, target + 1, ..., and clears
// close-on-exec. All targets must be unused or placeholders. The received ones are closed.
long PlaceDescriptors(Message* message, int first, int count, int target);

// Programs expect standard streams (0, 1, 2) that block; those of node itself, passed on, do not.
long MakeStreamsBlocking();

}  // namespace ringfence

#endif  // RINGFENCE_LINUX_LAUNCHER_MESSAGE_H_
