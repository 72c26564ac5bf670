#include "linux/launch.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "linux/uapi/syscall_numbers.h"
#include "linux/wire.h"

namespace ringfence {
namespace {

// Shared with the child, which uses this process's memory until it executes.
struct ChildState {
  int* sources;
  int count;
  int stdio;
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
  for (int target = 0; target < state->count; ++target) {
    int source = state->sources[target];
    if (source < 0) source = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (source < 0) return Fail(state, Stage::kLaunchDevNull);
    state->sources[target] = fcntl(source, F_DUPFD_CLOEXEC, state->count);
    if (state->sources[target] < 0) return Fail(state, Stage::kLaunchStdio);
  }
  for (int target = 0; target < state->count; ++target) {
    if (dup2(state->sources[target], target) < 0) return Fail(state, Stage::kLaunchDup);
    // Programs expect standard streams that block; those of node itself, passed on, do not.
    if (target > 2 || target >= state->stdio) continue;
    const int flags = fcntl(target, F_GETFL);
    if (flags < 0) return Fail(state, Stage::kLaunchStdio);
    if ((flags & O_NONBLOCK) == 0) continue;
    if (fcntl(target, F_SETFL, flags & ~O_NONBLOCK) < 0) return Fail(state, Stage::kLaunchStdio);
  }
  if (syscall(__NR_close_range, state->count, ~0U, 0) < 0) {
    return Fail(state, Stage::kLaunchCloseRange);
  }
  return true;
}

int RunChild(void* argument) {
  auto* state = static_cast<ChildState*>(argument);
  if (PlaceDescriptors(state)) {
    char role[] = "supervise";
    char name[] = "ringfence-helper";
    char count[16];
    static_cast<void>(snprintf(count, sizeof count, "%d", state->stdio));
    char* const argv[] = {name, role, count, nullptr};
    char* const env[] = {nullptr};
    syscall(__NR_execveat, state->stdio + wire::kImageFd, "", argv, env, AT_EMPTY_PATH);
    Fail(state, Stage::kHelperExec);
  }
  _exit(127);
}

Status CloneAndWait(ChildState* state, pid_t* pid, unique_fd* pidfd) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // No handler of this process may run in the child on shared memory.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  alignas(16) char stack[32768];
  int fd = -1;
  *pid = clone(RunChild, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
               state, &fd);
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (*pid < 0) return {Stage::kLaunchClone, error};
  pidfd->reset(fd);
  if (state->stage == Stage::kNone) return Status::Ok();
  siginfo_t info;
  while (waitid(P_PID, static_cast<id_t>(*pid), &info, WEXITED) < 0 && errno == EINTR) {
  }
  return {state->stage, state->error};
}

// A directory in a command's hands is a way around every mount: what is opened through it is
// looked up in the host's view. The same holds for a descriptor that is only a place (O_PATH).
Status CheckStdio(const std::vector<int>& stdio) {
  for (const int fd : stdio) {
    if (fd < 0) continue;
    struct stat info;
    if (fstat(fd, &info) < 0) return {Stage::kLaunchStdio, errno};
    if (S_ISDIR(info.st_mode)) return {Stage::kLaunchStdio, EISDIR};
    const int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & O_PATH) != 0) return {Stage::kLaunchStdio, EBADF};
  }
  return Status::Ok();
}

}  // namespace

Status StartLauncher(const LaunchFds& fds, LaunchedProcess* process) {
  RINGFENCE_RETURN_IF_ERROR(CheckStdio(fds.stdio));
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0) {
    return {Stage::kLaunchSocket, errno};
  }
  unique_fd ours(sockets[0]);
  const unique_fd theirs(sockets[1]);
  std::vector<int> sources = fds.stdio;
  for (int fd : {theirs.get(), fds.plan, fds.request, fds.image}) sources.push_back(fd);
  ChildState state{sources.data(), static_cast<int>(sources.size()),
                   static_cast<int>(fds.stdio.size())};
  RINGFENCE_RETURN_IF_ERROR(CloneAndWait(&state, &process->pid, &process->pidfd));
  process->control = std::move(ours);
  return Status::Ok();
}

}  // namespace ringfence
