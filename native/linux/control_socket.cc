#include "linux/control_socket.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace ringfence {
namespace {

// Everything that a report may carry: one descriptor and the sender's ids.
constexpr size_t kReportControlSize = CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(ucred));

int Send(int socket, iovec* parts, size_t part_count, const std::vector<int>& fds) {
  std::vector<char> control(fds.empty() ? 0 : CMSG_SPACE(fds.size() * sizeof(int)));
  msghdr message = {};
  message.msg_iov = parts;
  message.msg_iovlen = part_count;
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    memcpy(CMSG_DATA(header), fds.data(), fds.size() * sizeof(int));
  }
  for (;;) {
    if (sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return 0;
    if (errno != EINTR) return errno;
  }
}

void TakeControl(msghdr* message, ReceivedReport* received) {
  for (cmsghdr* header = CMSG_FIRSTHDR(message); header != nullptr;
       header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET) continue;
    if (header->cmsg_type == SCM_RIGHTS) {
      int fd = -1;
      memcpy(&fd, CMSG_DATA(header), sizeof fd);
      received->fd.reset(fd);
    } else if (header->cmsg_type == SCM_CREDENTIALS) {
      ucred credentials;
      memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
      received->sender = credentials.pid;
    }
  }
}

}  // namespace

Status MakeControlSockets(unique_fd* ours, unique_fd* theirs) {
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0) {
    return {Stage::kLaunchSocket, errno};
  }
  ours->reset(sockets[0]);
  theirs->reset(sockets[1]);
  const int on = 1;
  if (setsockopt(ours->get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0) {
    return {Stage::kLaunchSocket, errno};
  }
  return Status::Ok();
}

int SendControl(int socket, const void* data, size_t size, const std::vector<int>& fds) {
  iovec part = {const_cast<void*>(data), size};
  return Send(socket, &part, 1, fds);
}

int SendStart(int socket, uint32_t stdio, const std::vector<int>& fds,
              const std::vector<char>& request) {
  wire::Start start = {wire::kStartMagic, wire::kVersion, stdio,
                       static_cast<uint32_t>(request.size())};
  iovec parts[] = {{&start, sizeof start}, {const_cast<char*>(request.data()), request.size()}};
  return Send(socket, parts, request.empty() ? 1 : 2, fds);
}

void ReceiveReport(int socket, ReceivedReport* received) {
  alignas(cmsghdr) char control[kReportControlSize];
  iovec part = {&received->report, sizeof received->report};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t size = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  // The launcher ended before it had read everything. That is told once, before its reports.
  if (size < 0 && errno == ECONNRESET) {
    size = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  }
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
    received->state = ReceivedReport::State::kNothing;
    return;
  }
  received->state = ReceivedReport::State::kGone;
  if (size <= 0) return;
  TakeControl(&message, received);
  const bool whole = size >= static_cast<ssize_t>(offsetof(wire::Report, path)) &&
                     received->report.path_length <= wire::kReportPathCapacity;
  if (whole) received->state = ReceivedReport::State::kReport;
}

}  // namespace ringfence
