#include "linux/launcher/zygote.h"

#include <linux/errno.h>
#include <linux/fcntl.h>

#include "linux/launcher/clone_process.h"
#include "linux/launcher/launch.h"
#include "linux/launcher/message.h"
#include "linux/launcher/signals.h"
#include "linux/launcher/supervisor.h"
#include "linux/launcher/sys.h"

namespace ringfence {
namespace {

// Control, plan, request.
constexpr int kOwnFds = wire::kRequestFd + 1;

// A runner keeps the numbers of its commands' descriptors. 0 is /dev/null.
long FillPlaceholders(int count) {
  for (int fd = 1; fd < count; ++fd) {
    const long result = sys::Call(__NR_dup3, 0, fd, 0);
    if (result < 0) return result;
  }
  return 0;
}

// Gives every descriptor its number (wire::FixedFd). The received ones were given in ascending
// order, above the zygote's own, so none lands on one that is still to be placed.
Outcome PlaceAll(Message* message, const Launch& launch, int image) {
  const long kept = sys::Call(__NR_fcntl, image, F_DUPFD_CLOEXEC, launch.first_free());
  RINGFENCE_TRY(Check(Stage::kLaunchStdio, kept));
  if (message->fd_count == kOwnFds) {
    RINGFENCE_TRY(Check(Stage::kLaunchDup, PlaceDescriptors(message, 0, kOwnFds, launch.stdio)));
    RINGFENCE_TRY(Check(Stage::kLaunchDup, FillPlaceholders(launch.stdio)));
  } else {
    RINGFENCE_TRY(Check(Stage::kLaunchDup, PlaceDescriptors(message, 0, message->fd_count, 0)));
  }
  RINGFENCE_TRY(Check(Stage::kLaunchDup, sys::Call(__NR_dup3, kept, launch.image(), O_CLOEXEC)));
  RINGFENCE_TRY(Check(Stage::kLaunchStdio, MakeStreamsBlocking()));
  // The zygote's own.
  sys::CloseRange(static_cast<unsigned>(launch.host_diag()),
                  static_cast<unsigned>(launch.identities()), 0);
  return CloseOthers(launch);
}

[[noreturn]] void RunLaunch(const wire::Start& start, Message* message, int image) {
  Launch launch;
  launch.stdio = static_cast<int>(start.stdio);
  // Where to report until everything has its place, from launch.stdio on.
  launch.control_fd = message->fds[message->fd_count - kOwnFds];
  Outcome outcome = PlaceAll(message, launch, image);
  if (outcome.ok()) launch.control_fd = -1;
  if (outcome.ok()) outcome = MapLaunch(&launch);
  if (outcome.ok()) RunSupervisor(launch);
  ReportFailure(launch, outcome);
  sys::Exit(1);
}

void ReportClone(const Message& message, long result) {
  Launch launch;
  launch.control_fd = message.fds[message.fd_count - kOwnFds];
  ReportFailure(launch, Check(Stage::kZygoteClone, result));
}

bool IsLaunch(const wire::Start& start, const Message& message) {
  const bool runner = start.stdio == wire::kRunnerStdio && message.fd_count == kOwnFds;
  return message.size == static_cast<long>(sizeof start) && start.magic == wire::kStartMagic &&
         start.version == wire::kVersion && start.stdio >= 3 && start.stdio <= wire::kMaxStdio &&
         (runner || message.fd_count == static_cast<int>(start.stdio) + kOwnFds);
}

// False when the addon is gone, or is not ours.
bool TakeLaunch(int socket, int image) {
  wire::Start start;
  Message message;
  ReceiveMessage(socket, &start, sizeof start, &message);
  if (message.size <= 0) return false;
  if (!IsLaunch(start, message)) return false;
  const long pid = CloneProcess(0);
  if (pid == 0) BlockSignals();
  if (pid == 0) RunLaunch(start, &message, image);
  if (pid < 0) ReportClone(message, pid);
  CloseDescriptors(&message);
  return true;
}

}  // namespace

void RunZygote(int socket, int image) {
  BlockSignals();
  IgnoreChildren();
  // A terminal's signals are for the addon, and no directory is to be kept busy.
  sys::Call(__NR_setsid);
  sys::Call(__NR_chdir, sys::Address("/"));
  while (TakeLaunch(socket, image)) {
  }
  sys::Exit(0);
}

}  // namespace ringfence
