#include "linux/control_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "check.h"

namespace ringfence {
namespace {

using State = ReceivedReport::State;

// As the launcher sends it: without the unused part of the path.
void SendReport(int socket, const std::string& path) {
  wire::Report report = {};
  report.kind = wire::ReportKind::kFailed;
  report.error = EPERM;
  report.path_length = static_cast<uint32_t>(path.size());
  memcpy(report.path, path.data(), path.size());
  CHECK(send(socket, &report, offsetof(wire::Report, path) + path.size(), 0) > 0);
}

TEST(ControlSocketGivesReportsInOrderThenTheEnd) {
  unique_fd ours;
  unique_fd theirs;
  CHECK(MakeControlSockets(&ours, &theirs).ok());
  ReceivedReport nothing;
  ReceiveReport(ours.get(), &nothing);
  CHECK(nothing.state == State::kNothing);
  SendReport(theirs.get(), "/a");
  SendReport(theirs.get(), "");
  theirs.reset();
  for (const char* path : {"/a", ""}) {
    ReceivedReport received;
    ReceiveReport(ours.get(), &received);
    CHECK(received.state == State::kReport);
    CHECK_EQ(received.report.error, EPERM);
    CHECK_EQ(std::string(received.report.path, received.report.path_length), path);
    CHECK_EQ(received.sender, getpid());
  }
  ReceivedReport end;
  ReceiveReport(ours.get(), &end);
  CHECK(end.state == State::kGone);
}

TEST(ControlSocketTakesAReportThatIsTooShortOrLiesForTheEnd) {
  for (const uint32_t length : {uint32_t{1}, wire::kReportPathCapacity + 1}) {
    unique_fd ours;
    unique_fd theirs;
    CHECK(MakeControlSockets(&ours, &theirs).ok());
    wire::Report report = {};
    report.path_length = length;
    const size_t size = length == 1 ? 4 : offsetof(wire::Report, path);
    CHECK(send(theirs.get(), &report, size, 0) > 0);
    ReceivedReport received;
    ReceiveReport(ours.get(), &received);
    CHECK(received.state == State::kGone);
  }
}

TEST(ControlSocketPassesDescriptorsAndARequest) {
  unique_fd ours;
  unique_fd theirs;
  CHECK(MakeControlSockets(&ours, &theirs).ok());
  const unique_fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  const std::vector<char> request = {'a', 'b', 'c'};
  CHECK_EQ(SendStart(ours.get(), 2, {null.get(), null.get()}, request), 0);
  char data[64];
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))];
  iovec part = {data, sizeof data};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  CHECK_EQ(recvmsg(theirs.get(), &message, 0), static_cast<ssize_t>(sizeof(wire::Start)) + 3);
  wire::Start start;
  memcpy(&start, data, sizeof start);
  CHECK_EQ(start.stdio, 2U);
  CHECK_EQ(start.request_size, 3U);
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  CHECK(header != nullptr && header->cmsg_len == CMSG_LEN(2 * sizeof(int)));
  int fds[2];
  memcpy(fds, CMSG_DATA(header), sizeof fds);
  for (const int fd : fds) CHECK_EQ(close(fd), 0);
}

TEST(ControlSocketSaysWhenNobodyIsThere) {
  unique_fd ours;
  unique_fd theirs;
  CHECK(MakeControlSockets(&ours, &theirs).ok());
  theirs.reset();
  const wire::Control control{9};
  CHECK_EQ(SendControl(ours.get(), &control, sizeof control), EPIPE);
}

}  // namespace
}  // namespace ringfence
