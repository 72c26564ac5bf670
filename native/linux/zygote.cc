#include "linux/zygote.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "linux/control_socket.h"
#include "linux/uapi/syscall_numbers.h"
#include "linux/wire.h"

namespace ringfence {
namespace {

constexpr int kStdio = 3;
constexpr int kFdCount = kStdio + wire::kImageFd + 1;

// Shared with the child, which uses this process's memory until it executes.
struct ChildState {
  int sources[kFdCount];
  int priority = 0;
  Stage stage = Stage::kNone;
  int error = 0;
};

// Child, before exec: async-signal-safe calls only, no allocation.
bool Fail(ChildState* state, Stage stage) {
  state->stage = stage;
  state->error = errno;
  return false;
}

// Sources may have the numbers of targets, so all move out of the way first.
bool PlaceDescriptors(ChildState* state) {
  for (int& source : state->sources) {
    if (source < 0) source = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (source < 0) return Fail(state, Stage::kLaunchDevNull);
    source = fcntl(source, F_DUPFD_CLOEXEC, kFdCount);
    if (source < 0) return Fail(state, Stage::kLaunchStdio);
  }
  for (int target = 0; target < kFdCount; ++target) {
    if (dup2(state->sources[target], target) < 0) return Fail(state, Stage::kLaunchDup);
  }
  if (syscall(__NR_close_range, kFdCount, ~0U, 0) < 0) {
    return Fail(state, Stage::kLaunchCloseRange);
  }
  return true;
}

int RunChild(void* argument) {
  auto* state = static_cast<ChildState*>(argument);
  // That of the program's first thread, not of the thread that starts this. Making it better may be
  // refused, as anywhere.
  setpriority(PRIO_PROCESS, 0, state->priority);
  if (PlaceDescriptors(state)) {
    char name[] = "ringfence-helper";
    char role[] = "zygote";
    char* const argv[] = {name, role, nullptr};
    char* const env[] = {nullptr};
    syscall(__NR_execveat, kStdio + wire::kImageFd, "", argv, env, AT_EMPTY_PATH);
    Fail(state, Stage::kHelperExec);
  }
  _exit(127);
}

// CLONE_VM | CLONE_VFORK copies no page table, so the price does not depend on the size of the heap
// (posix_spawn(3) works alike, but cannot execute a descriptor).
Status CloneAndWait(ChildState* state, unique_fd* pidfd) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // No handler of this process may run in the child on shared memory.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  alignas(16) char stack[32768];
  int fd = -1;
  const pid_t pid = clone(RunChild, stack + sizeof stack,
                          CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, state, &fd);
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return {Stage::kLaunchClone, error};
  pidfd->reset(fd);
  if (state->stage == Stage::kNone) return Status::Ok();
  siginfo_t info;
  while (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) < 0 && errno == EINTR) {
  }
  return {state->stage, state->error};
}

bool IsGone(int error) { return error == EPIPE || error == ECONNRESET || error == ENOTCONN; }

}  // namespace

Zygote::Inherited Zygote::Inherit() {
  Inherited inherited = {};
  getresuid(&inherited.uids[0], &inherited.uids[1], &inherited.uids[2]);
  getresgid(&inherited.gids[0], &inherited.gids[1], &inherited.gids[2]);
  inherited.priority = getpriority(PRIO_PROCESS, static_cast<id_t>(getpid()));
  inherited.groups.resize(static_cast<size_t>(std::max(0, getgroups(0, nullptr))));
  const int count = getgroups(static_cast<int>(inherited.groups.size()), inherited.groups.data());
  inherited.groups.resize(static_cast<size_t>(std::max(0, count)));
  return inherited;
}

Status Zygote::Start(int image) {
  End();
  unique_fd ours;
  unique_fd theirs;
  RINGFENCE_RETURN_IF_ERROR(MakeControlSockets(&ours, &theirs));
  ChildState state = {{-1, -1, -1, theirs.get(), -1, -1, image}};
  static_assert(kStdio + wire::kControlFd == 3);
  inherited_ = Inherit();
  state.priority = inherited_.priority;
  RINGFENCE_RETURN_IF_ERROR(CloneAndWait(&state, &pidfd_));
  socket_ = std::move(ours);
  return Status::Ok();
}

// It ends with its socket, at once.
void Zygote::End() {
  socket_.reset();
  if (!pidfd_.valid()) return;
  siginfo_t info;
  constexpr auto kPidfd = static_cast<idtype_t>(3);  // P_PIDFD, Linux 5.4
  while (waitid(kPidfd, static_cast<id_t>(pidfd_.get()), &info, WEXITED) < 0 && errno == EINTR) {
  }
  pidfd_.reset();
}

Status Zygote::Launch(int image, const LaunchFds& fds) {
  if (!socket_.valid() || IsOutdated()) RINGFENCE_RETURN_IF_ERROR(Start(image));
  std::vector<int> passed = fds.stdio;
  for (const int fd : {fds.control, fds.plan, fds.request}) passed.push_back(fd);
  const auto stdio =
      fds.stdio.empty() ? wire::kRunnerStdio : static_cast<uint32_t>(fds.stdio.size());
  int error = SendStart(socket_.get(), stdio, passed);
  if (IsGone(error)) {
    RINGFENCE_RETURN_IF_ERROR(Start(image));
    error = SendStart(socket_.get(), stdio, passed);
  }
  if (IsGone(error)) return {Stage::kHelperLost, 0};
  return error == 0 ? Status::Ok() : Status{Stage::kLaunchSend, error};
}

}  // namespace ringfence
